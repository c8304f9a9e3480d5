package io.fdgate.protocol;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;

/** The address family of an open socket (SO_DOMAIN of socket(7)), in the numbers of Linux. */
public final class SocketDomain {
  public static final int UNIX = 1;
  public static final int INET = 2;
  public static final int INET6 = 10;
  public static final int NETLINK = 16;
  public static final int VSOCK = 40;

  private static final int SOL_SOCKET = 1;
  private static final int SO_DOMAIN = 39;

  private SocketDomain() {}

  /** Asks the kernel; throws if the descriptor is no open socket. */
  public static int of(LinuxSocket socket) throws IOException {
    return socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
  }
}
