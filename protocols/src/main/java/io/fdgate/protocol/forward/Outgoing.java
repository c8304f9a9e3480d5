package io.fdgate.protocol.forward;

import io.fdgate.protocol.DialAddress;
import io.fdgate.protocol.SocketDomain;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A new connection to an upstream, or a datagram socket that hears of nobody else. Only TCP and UDP
 * upstreams need an internet socket.
 *
 * @param tcp whether it is TCP
 * @param connected whether it is established; if not, the socket becomes writable when it is, or
 *     has failed
 */
record Outgoing(LinuxSocket socket, boolean tcp, boolean connected) {
  /** Opens a connection. */
  @FunctionalInterface
  interface Opener {
    Outgoing open() throws IOException;
  }

  /** Begins to connect. */
  @FunctionalInterface
  private interface Connect {
    boolean connect(LinuxSocket socket) throws IOException;
  }

  static Outgoing unix(DialAddress.Unix to) throws IOException {
    DomainSocketAddress address = new DomainSocketAddress(to.path());
    if (!to.isStream()) {
      // Without a name it could not be answered: the kernel gives it an abstract one (unix(7)).
      DomainSocketAddress any = new DomainSocketAddress("");
      return connect(
          LinuxSocket.newSocketDomainDgram(),
          false,
          socket -> {
            socket.bind(any);
            return socket.connect(address);
          });
    }
    return connect(LinuxSocket.newSocketDomain(), false, socket -> socket.connect(address));
  }

  static Outgoing vsock(DialAddress.Vsock to) throws IOException {
    VSockAddress address = new VSockAddress(to.cid(), to.port());
    return connect(LinuxSocket.newVSockStream(), false, socket -> socket.connectVSock(address));
  }

  static Outgoing inet(DialAddress.Inet to, InetAddress host) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, to.port());
    boolean ipv6 = host instanceof Inet6Address;
    LinuxSocket socket =
        to.isStream() ? LinuxSocket.newSocketStream(ipv6) : LinuxSocket.newSocketDgram(ipv6);
    return connect(socket, to.isStream(), opened -> opened.connect(address));
  }

  private static Outgoing connect(LinuxSocket socket, boolean tcp, Connect connect)
      throws IOException {
    try {
      return new Outgoing(socket, tcp, connect.connect(socket));
    } catch (IOException | RuntimeException failure) {
      socket.close();
      throw failure;
    }
  }

  /** Whether an open socket is of the internet families, where there are resets. */
  static boolean isTcp(LinuxSocket socket) throws IOException {
    int domain = SocketDomain.of(socket);
    return domain == SocketDomain.INET || domain == SocketDomain.INET6;
  }
}
