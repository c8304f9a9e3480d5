package io.fdgate.tests;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.StringUtil;

/** Prints what Netty says where a runtime has other instructions than its jars. */
final class NettyAnswers {
  private NettyAnswers() {}

  public static void main(String[] arguments) {
    Epoll.ensureAvailability();
    for (int each : new int[] {0, 9, 16, 255, -1}) {
      System.out.println(
          StringUtil.byteToHexString(each) + " " + StringUtil.byteToHexStringPadded(each));
    }
    EpollServerSocketChannel listener = new EpollServerSocketChannel();
    System.out.println("backlog " + listener.config().getBacklog());
    listener.config().setBacklog(0);
    System.out.println("backlog " + listener.config().getBacklog());
    System.out.println("IPv6 " + Socket.isIPv6Preferred());
    System.out.println("Unsafe " + PlatformDependent.hasUnsafe());
  }
}
