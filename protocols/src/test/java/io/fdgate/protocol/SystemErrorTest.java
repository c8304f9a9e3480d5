package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemErrorTest {
  private static final EventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

  @AfterAll
  static void end() {
    LOOP.shutdownGracefully();
  }

  @Test
  void refusedConnectionIsCalledThat() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) server.getLocalSocketAddress();
    }
    assertThat(connect(EpollSocketChannel.class, nobody)).isEqualTo("Connection refused");
    assertThat(connect(EpollDomainSocketChannel.class, new DomainSocketAddress("\0fdgate-nobody")))
        .isEqualTo("Connection refused");
  }

  @Test
  void missingUnixSocketIsCalledThat(@TempDir Path folder) {
    SocketAddress missing = new DomainSocketAddress(folder.resolve("s").toString());
    assertThat(connect(EpollDomainSocketChannel.class, missing)).isEqualTo("no such socket");
  }

  @Test
  void listenerWithAFullQueueIsATimeOut() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String failure = "";
      for (int i = 0; i < 10 && failure.isEmpty(); i++) {
        failure = connect(EpollSocketChannel.class, full.getLocalSocketAddress());
      }
      assertThat(failure).isEqualTo("Connection timed out");
    }
  }

  @Test
  void addressInUseIsCalledThat() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      LinuxSocket socket = LinuxSocket.newSocketStream(false);
      assertThat(
              SystemError.text(catchThrowable(() -> socket.bind(server.getLocalSocketAddress()))))
          .isEqualTo("Address already in use");
      socket.close();
    }
  }

  @Test
  void whatIsNoErrorOfTheKernelKeepsItsWords() {
    assertThat(SystemError.text(new ChannelException("too late"))).isEqualTo("too late");
    assertThat(SystemError.text(new IllegalStateException("odd", new RuntimeException("inner"))))
        .isEqualTo("odd");
    assertThat(SystemError.text(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
    assertThat(SystemError.text(new NoClassDefFoundError("a/B")))
        .isEqualTo("java.lang.NoClassDefFoundError: a/B");
  }

  /** Why it fails; empty if it does not. */
  private static String connect(Class<? extends Channel> channel, SocketAddress address) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(LOOP)
            .channel(channel)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 200)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    // The listener is gone, and with it its clients.
                  }
                })
            .connect(address)
            .awaitUninterruptibly();
    return connecting.isSuccess() ? "" : SystemError.text(connecting.cause());
  }
}
