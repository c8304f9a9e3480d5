package io.fdgate.gateway.config;

import io.fdgate.protocol.Setting;
import io.fdgate.protocol.Settings;
import java.time.Duration;
import java.util.List;

/**
 * What the clients of one socket may take. Zero is no limit.
 *
 * @param connections open at a time
 * @param connectionsPerSource open at a time from one source
 * @param connectionRate new ones in a second
 * @param idleTimeout how long a connection may stand still, where the protocol has no such setting
 * @param datagramRatePerSource datagrams from one source in a second
 */
public record SocketLimits(
    int connections,
    int connectionsPerSource,
    int connectionRate,
    Duration idleTimeout,
    int datagramRatePerSource) {
  /** The key that protocols may have too. */
  public static final String IDLE_TIMEOUT_KEY = "idle_timeout";

  private static final int MANY = 100_000_000;

  private static final Setting<Integer> CONNECTIONS =
      limit("max_connections", "The most open connections of a socket. 0: no limit.");
  private static final Setting<Integer> CONNECTIONS_PER_SOURCE =
      limit(
          "max_connections_per_source",
          "The most open connections from one IPv4 address, IPv6 /64 network, Unix user or VSOCK"
              + " machine. 0: no limit.");
  private static final Setting<Integer> CONNECTION_RATE =
      limit("max_connection_rate", "The most new connections in a second. 0: no limit.");
  private static final Setting<Integer> DATAGRAM_RATE_PER_SOURCE =
      limit(
          "max_datagram_rate_per_source",
          "The most datagrams in a second from one source. 0: no limit.");
  private static final Setting<Duration> IDLE_TIMEOUT =
      Setting.duration(
          IDLE_TIMEOUT_KEY,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofDays(365),
          "How long a connection may stand still. 0s: for ever.");

  /** The settings of every {@code [sockets.NAME]} table. */
  public static final List<Setting<?>> ALL =
      List.of(
          CONNECTIONS,
          CONNECTIONS_PER_SOURCE,
          CONNECTION_RATE,
          DATAGRAM_RATE_PER_SOURCE,
          IDLE_TIMEOUT);

  static SocketLimits of(Settings settings) {
    return new SocketLimits(
        settings.get(CONNECTIONS),
        settings.get(CONNECTIONS_PER_SOURCE),
        settings.get(CONNECTION_RATE),
        settings.get(IDLE_TIMEOUT),
        settings.get(DATAGRAM_RATE_PER_SOURCE));
  }

  /** For a protocol that has an idle timeout of its own. */
  public SocketLimits withoutIdleTimeout() {
    return new SocketLimits(
        connections, connectionsPerSource, connectionRate, Duration.ZERO, datagramRatePerSource);
  }

  /** Whether the clients may take whatever they want. */
  public boolean areNone() {
    // Not equals of a record: its first call costs a start more than the whole configuration file.
    return connections == 0
        && connectionsPerSource == 0
        && connectionRate == 0
        && idleTimeout.isZero()
        && datagramRatePerSource == 0;
  }

  private static Setting<Integer> limit(String key, String summary) {
    return Setting.integer(key, 0, 0, MANY, summary);
  }
}
