package io.fdgate.protocol.forward;

import io.fdgate.protocol.DialAddress;
import io.fdgate.protocol.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of a {@code [sockets.NAME]} table that is forwarded. */
final class ForwardSettings {
  static final String STREAMS = "unix:PATH, unix:@NAME, tcp:HOST:PORT or vsock:CID:PORT";
  static final String DATAGRAMS = "udp:HOST:PORT, unixgram:PATH or unixgram:@NAME";

  static final String ROUND_ROBIN = "round-robin";
  static final String LEAST_CONNECTIONS = "least-connections";

  static final Setting<List<String>> UPSTREAM =
      Setting.textOrTexts(
              "upstream",
              List.of(),
              "Where connections go: "
                  + STREAMS
                  + "; where datagrams go: "
                  + DATAGRAMS
                  + "; or a list of them.")
          .where(
              STREAMS + "; for datagrams " + DATAGRAMS + "; or a list of them",
              texts -> texts.stream().map(ForwardSettings::address).allMatch(Optional::isPresent));

  static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.duration(
          "connect_timeout",
          Duration.ofSeconds(10),
          Duration.ofMillis(10),
          Duration.ofHours(1),
          "How long a client is held while no upstream takes its connection. It is tried again and"
              + " again in this time, so that the first client of a sleeping program is served.");

  static final Setting<Duration> IDLE_TIMEOUT =
      Setting.duration(
          "idle_timeout",
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofDays(30),
          "How long a connection may go without a byte in either direction before it is closed;"
              + " \"0s\" is for ever.");

  static final Setting<String> BALANCE =
      Setting.choice(
          "balance",
          ROUND_ROBIN,
          List.of(ROUND_ROBIN, LEAST_CONNECTIONS),
          "Which of several upstreams takes the next connection.");

  static final Setting<Boolean> NO_DELAY =
      Setting.flag("no_delay", true, "TCP_NODELAY on TCP connections of both sides.");

  static final Setting<Boolean> KEEP_ALIVE =
      Setting.flag("keep_alive", true, "SO_KEEPALIVE on TCP connections of both sides.");

  static final Setting<Boolean> SPLICE =
      Setting.flag("splice", true, "Carry bulk by splice(2), without a copy.");

  static final Setting<String> PROXY_PROTOCOL =
      Setting.choice(
          "proxy_protocol",
          "off",
          List.of("off", "v1", "v2"),
          "The header of the PROXY protocol that upstreams are sent first, with the client's"
              + " address.");

  static final Setting<Duration> SESSION_TIMEOUT =
      Setting.duration(
          "session_timeout",
          Duration.ofSeconds(30),
          Duration.ofMillis(10),
          Duration.ofDays(1),
          "How long after a client's last datagram replies are still carried to it.");

  static final Setting<Integer> MAX_SESSIONS =
      Setting.integer(
          "max_sessions",
          1_024,
          1,
          1_000_000,
          "How many clients of a datagram socket are carried at a time, each with a descriptor.");

  static final Setting<Integer> MAX_REPLIES =
      Setting.integer(
          "max_replies",
          128,
          0,
          1_000_000,
          "How many datagrams an upstream may reply for each one of a client, so that a forged"
              + " sender is not flooded; 0 is no limit.");

  static final List<Setting<?>> ALL =
      List.of(
          UPSTREAM,
          CONNECT_TIMEOUT,
          IDLE_TIMEOUT,
          BALANCE,
          NO_DELAY,
          KEEP_ALIVE,
          SPLICE,
          PROXY_PROTOCOL,
          SESSION_TIMEOUT,
          MAX_SESSIONS,
          MAX_REPLIES);

  private ForwardSettings() {}

  /** Reads where an upstream listens; nothing if it is no address, or depends on where we run. */
  static Optional<DialAddress> address(String text) {
    return DialAddress.parse(text)
        .filter(address -> !(address instanceof DialAddress.Unix unix) || unix.isAbsolute());
  }
}
