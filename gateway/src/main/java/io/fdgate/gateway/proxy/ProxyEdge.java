package io.fdgate.gateway.proxy;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.Throttle;
import io.netty.channel.Channel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the protocol of a socket with {@code accept_proxy_protocol}: its connections come
 * from trusted proxies only, and begin with a header. A receiver that guessed whether there is one
 * could be lied to, says the specification: so a connection of anyone else is closed, and one
 * without a header too. Both count as faults of the peer. Thread-safe.
 *
 * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">the specification</a>
 */
public final class ProxyEdge implements ConnectionInitializer {
  private static final Logger logger = LoggerFactory.getLogger(ProxyEdge.class);
  // More than any proxy is known to send; the specification allows 64 KiB.
  private static final int LONGEST_EXTENSIONS = 4096;

  private final SocketContext socket;
  private final TrustedPeers trusted;
  private final ConnectionInitializer protocol;
  private final Throttle throttle = new Throttle();

  /**
   * An edge for one inherited socket.
   *
   * @param protocol fills the pipeline behind the header
   */
  public ProxyEdge(SocketContext socket, TrustedPeers trusted, ConnectionInitializer protocol) {
    this.socket = socket;
    this.trusted = trusted;
    this.protocol = protocol;
  }

  @Override
  public void initialize(Channel connection) {
    if (trusted.contains(connection, socket.address() instanceof Endpoint.Vsock)) {
      connection
          .pipeline()
          .addLast("proxy-decoder", new HAProxyMessageDecoder(LONGEST_EXTENSIONS))
          .addLast("proxy", new HeaderHandler(this));
    } else {
      connection.pipeline().addLast("proxy", new RefusalHandler(this));
    }
  }

  /** Gives the connection its protocol. */
  void serve(Channel connection) {
    logger.debug(
        LogEvent.PROXIED,
        "{}: a connection of {} by way of {}",
        socket,
        Proxied.of(connection).isPresent() ? Proxied.source(connection) : "the proxy itself",
        Proxied.peer(connection));
    protocol.initialize(connection);
  }

  /** Closes a connection that is not served. */
  void refuse(Channel connection, String why) {
    socket.counters().peerFault();
    throttle
        .pass()
        .ifPresent(heldBack ->
            logger.warn(
                LogEvent.PROXY_REFUSED,
                "{}: a connection of {} was closed, because {}; {} more were not logged",
                socket,
                Proxied.source(connection),
                why,
                heldBack));
    connection.close();
  }
}
