package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Optional;

/**
 * Whose connection it is that a trusted proxy passes on, as the proxy told by the PROXY protocol
 * ({@code accept_proxy_protocol}). It is known before the protocol sees the connection.
 *
 * @param client where the client's connection comes from; unnamed for most Unix clients
 * @param destination the address that the client connected to
 */
public record Proxied(Endpoint client, Endpoint destination) {
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

  /** Where a connection comes from, for log lines: the client's address, or else the peer's. */
  public static String source(Channel connection) {
    return of(connection)
        .map(proxied -> proxied.client().toString())
        .orElseGet(() -> String.valueOf(connection.remoteAddress()));
  }
}
