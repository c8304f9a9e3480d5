package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose connection it is that a trusted proxy passes on, as the proxy told by the PROXY protocol
 * ({@code accept_proxy_protocol}). It is known before the protocol sees the connection.
 *
 * @param client where the client's connection comes from; unnamed for most Unix clients
 * @param destination the address that the client connected to
 */
public record Proxied(Endpoint client, Endpoint destination) {
  private static final String GONE = "(peer gone)";

  private static final AttributeKey<Proxied> KEY = AttributeKey.valueOf(Proxied.class, "proxied");

  /** What was told of a connection; nothing if it is the peer's own. */
  public static Optional<Proxied> of(Channel connection) {
    return connection.hasAttr(KEY)
        ? Optional.ofNullable(connection.attr(KEY).get())
        : Optional.empty();
  }

  /** Notes what was told; for the gateway. */
  public static void set(Channel connection, Proxied proxied) {
    connection.attr(KEY).set(proxied);
  }

  /**
   * Where a connection comes from, for log lines: the client's address, or else the peer's; on its
   * event loop.
   */
  public static String source(Channel connection) {
    return of(connection)
        .map(proxied -> proxied.client().toString())
        .orElseGet(() -> peer(connection));
  }

  /** The address of the peer itself, for log lines; on the connection's event loop. */
  public static String peer(Channel connection) {
    if (connection.isOpen()
        && connection instanceof EpollDomainSocketChannel channel
        && channel.fd() instanceof LinuxSocket socket) {
      // Netty's channel takes the bytes of a VSOCK address for a path.
      return isVsock(socket) ? vsock(socket.remoteVSockAddress()) : unix(socket);
    }
    return connection.remoteAddress() instanceof InetSocketAddress address
        ? new Endpoint.Inet(address).toString()
        : GONE;
  }

  private static String vsock(@Nullable VSockAddress peer) {
    return peer == null ? GONE : new Endpoint.Vsock(peer.getCid(), peer.getPort()).toString();
  }

  private static String unix(LinuxSocket socket) {
    DomainSocketAddress peer = socket.remoteDomainSocketAddress();
    return peer == null ? GONE : Endpoint.Unix.ofPath(peer.path()).toString();
  }

  private static boolean isVsock(LinuxSocket socket) {
    try {
      return SocketDomain.of(socket) == SocketDomain.VSOCK;
    } catch (IOException closed) {
      return false;
    }
  }
}
