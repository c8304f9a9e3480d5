package io.fdgate.protocol.forward;

import static io.fdgate.protocol.forward.ForwardSettings.BALANCE;
import static io.fdgate.protocol.forward.ForwardSettings.CONNECT_TIMEOUT;
import static io.fdgate.protocol.forward.ForwardSettings.DATAGRAMS;
import static io.fdgate.protocol.forward.ForwardSettings.IDLE_TIMEOUT;
import static io.fdgate.protocol.forward.ForwardSettings.KEEP_ALIVE;
import static io.fdgate.protocol.forward.ForwardSettings.LEAST_CONNECTIONS;
import static io.fdgate.protocol.forward.ForwardSettings.NO_DELAY;
import static io.fdgate.protocol.forward.ForwardSettings.PROXY_PROTOCOL;
import static io.fdgate.protocol.forward.ForwardSettings.SPLICE;
import static io.fdgate.protocol.forward.ForwardSettings.STREAMS;
import static io.fdgate.protocol.forward.ForwardSettings.UPSTREAM;

import io.fdgate.protocol.DialAddress;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.Throttle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of one inherited socket have in common. Thread-safe.
 *
 * @param socket the inherited socket
 * @param upstreams where its connections go
 * @param connectTimeout how long a client is held
 * @param idleTimeout how long nothing may happen; zero is for ever
 * @param noDelay TCP_NODELAY
 * @param keepAlive SO_KEEPALIVE
 * @param splice whether bulk may go through splice(2)
 * @param proxyHeader what upstreams are told first
 * @param throttle for the log
 */
record ForwardService(
    SocketContext socket,
    Upstreams upstreams,
    Duration connectTimeout,
    Duration idleTimeout,
    boolean noDelay,
    boolean keepAlive,
    boolean splice,
    ProxyHeader proxyHeader,
    Throttle throttle) {
  private static final Logger logger = LoggerFactory.getLogger(ForwardService.class);

  /**
   * Checks the settings; opens nothing.
   *
   * @param streams whether connections are carried; otherwise datagrams
   */
  static ForwardService prepare(SocketContext socket, boolean streams) throws SettingException {
    Settings settings = socket.settings();
    List<Upstream> upstreams = upstreams(socket, streams);
    return new ForwardService(
        socket,
        new Upstreams(upstreams, settings.get(BALANCE).equals(LEAST_CONNECTIONS)),
        settings.get(CONNECT_TIMEOUT),
        settings.get(IDLE_TIMEOUT),
        settings.get(NO_DELAY),
        settings.get(KEEP_ALIVE),
        settings.get(SPLICE),
        new ProxyHeader(
            ProxyHeader.Version.valueOf(settings.get(PROXY_PROTOCOL).toUpperCase(Locale.ROOT)),
            socket.name()),
        new Throttle());
  }

  /** Those of one side: a name may have stream and datagram sockets, and upstreams for both. */
  private static List<Upstream> upstreams(SocketContext socket, boolean streams)
      throws SettingException {
    String expected = streams ? STREAMS : DATAGRAMS;
    List<Upstream> upstreams = new ArrayList<>();
    for (String text : socket.settings().get(UPSTREAM)) {
      DialAddress address = ForwardSettings.address(text).orElseThrow(); // checked by the setting
      if (address.isStream() == streams) {
        upstreams.add(new Upstream(address));
      }
    }
    if (upstreams.isEmpty()) {
      throw new SettingException(
          UPSTREAM.key(),
          (socket.settings().get(UPSTREAM).isEmpty()
                  ? "is not set"
                  : "has none for " + (streams ? "connections" : "datagrams"))
              + " (expected: "
              + expected
              + "); set it in [sockets.\""
              + socket.name()
              + "\"]");
    }
    return upstreams;
  }

  /** Logs a client that no upstream took, at most one a second. */
  void turnedAway(String what, String reason) {
    throttle
        .pass()
        .ifPresent(heldBack ->
            logger.warn(
                LogEvent.CLIENT_TURNED_AWAY,
                "{}: a client was turned away, because no upstream took its {} in {} ms"
                    + " ({}); {} more were not logged",
                socket,
                what,
                connectTimeout.toMillis(),
                reason,
                heldBack));
  }
}
