package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Who is at the other end: an address, or for a Unix connection a process. */
public sealed interface PeerIdentity {
  /** A peer with an address: TCP, UDP, VSOCK, or a Unix datagram socket. */
  record Address(Endpoint endpoint) implements PeerIdentity {}

  /**
   * The process at the other end of a Unix connection, as it was when it connected (SO_PEERCRED of
   * unix(7)).
   *
   * @param pid 0 if it is not visible in our pid namespace
   * @param uid as our user namespace sees it
   * @param gid as our user namespace sees it
   */
  record Credentials(int pid, int uid, int gid) implements PeerIdentity {}

  /** A peer that is gone, so that the kernel no longer says who it was. */
  record Gone() implements PeerIdentity {}

  /**
   * Takes what a trusted proxy told ({@link Proxied}), or asks the kernel; on the connection's
   * event loop.
   *
   * @param connection a VSOCK connection is a Unix channel too; {@code local} tells them apart
   * @param local where the inherited socket is bound
   */
  static PeerIdentity of(Channel connection, Endpoint local) {
    Optional<Proxied> proxied = Proxied.of(connection);
    if (proxied.isPresent()) {
      return new Address(proxied.get().client());
    }
    // Not a switch over the type: that is linked when the first client of a start is waiting.
    if (local instanceof Endpoint.Inet) {
      return connection.remoteAddress() instanceof InetSocketAddress address
          ? new Address(new Endpoint.Inet(address))
          : new Gone();
    }
    if (!connection.isOpen()) {
      return new Gone(); // The descriptor may be another connection's by now.
    }
    if (local instanceof Endpoint.Unix) {
      return connection instanceof EpollDomainSocketChannel unix ? ofUnix(unix) : new Gone();
    }
    return connection instanceof EpollDomainSocketChannel channel
            && channel.fd() instanceof LinuxSocket socket
        ? ofVsock(socket)
        : new Gone();
  }

  private static PeerIdentity ofUnix(EpollDomainSocketChannel connection) {
    try {
      PeerCredentials credentials = connection.peerCredentials();
      int[] gids = credentials.gids();
      return new Credentials(credentials.pid(), credentials.uid(), gids.length == 0 ? -1 : gids[0]);
    } catch (IOException gone) {
      return new Gone();
    }
  }

  private static PeerIdentity ofVsock(LinuxSocket socket) {
    VSockAddress address = socket.remoteVSockAddress();
    return address == null
        ? new Gone()
        : new Address(new Endpoint.Vsock(address.getCid(), address.getPort()));
  }
}
