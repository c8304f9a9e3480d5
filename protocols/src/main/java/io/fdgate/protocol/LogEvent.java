package io.fdgate.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.slf4j.Marker;

/**
 * The kinds of events that are logged. Each log line has one as its marker, by which structured
 * logs and the journal tell them apart however the text is worded. docs/events.md lists them.
 */
public enum LogEvent implements Marker {
  /** One for each socket. */
  LISTENING("listening", "A socket is being served."),
  /** All of them. */
  READY("ready", "All sockets are being served, and the service manager was told so."),
  /** SIGTERM or the like. */
  STOPPING("stopping", "The gateway stops: what is open may end, nothing new is taken."),
  /** One for each socket. */
  SERVED("served", "What was counted for a socket, at the end."),
  /** One for each fault. */
  CONFIGURATION_FAULT(
      "configuration-fault",
      "The configuration or the command line keeps the gateway from starting."),
  /** One for each fault. */
  ACTIVATION_FAULT(
      "activation-fault", "What the service manager handed down keeps the gateway from starting."),
  /** After several faults. */
  START_FAILED("start-failed", "There were several faults, and nothing is served."),
  /** Accept=yes. */
  PEER_GONE("peer-gone", "A connection's peer left before it could be served."),
  /** EMFILE. */
  ACCEPT_PAUSED("accept-paused", "Connections cannot be accepted, mostly for want of descriptors."),
  /** A bug. */
  PROTOCOL_FAULT("protocol-fault", "The code of a protocol failed."),
  /** A bug. */
  REQUEST_FAULT("request-fault", "A request met a fault of the gateway's."),
  /** The kernel said no. */
  CONNECTION_UNSERVED("connection-unserved", "A connection was accepted and cannot be served."),
  /** A reset, malformed input, a limit. */
  CONNECTION_BROKEN("connection-broken", "A peer broke its connection, or the rules."),
  /** recvmmsg(2). */
  RECEIVE_FAILED("receive-failed", "Datagrams cannot be received."),
  /** sendmmsg(2), or no answer possible. */
  DATAGRAM_UNANSWERED("datagram-unanswered", "A datagram cannot be answered."),
  /** At the end. */
  DATAGRAMS_UNSENT("datagrams-unsent", "Answers were not sent in time at the end."),
  /** At the end. */
  DRAIN_TIMEOUT("drain-timeout", "Connections were open after drain_timeout, and were closed."),
  /** sd_notify(3). */
  NOTIFY_FAILED("notify-failed", "The service manager cannot be told something."),
  /** A file of logback's. */
  LOG_SETUP_REFUSED("log-setup-refused", "The logback file cannot be used."),
  /** Too slow. */
  ACCESS_LOG_DROPPED("access-log-dropped", "Lines of the access log were dropped."),
  /** HTTP's access log. */
  REQUEST("request", "An HTTP request was answered: a line of the access log."),
  /** HTTP's files. */
  FILE_UNSERVED("file-unserved", "A file cannot be served as it was asked for."),
  /** forward. */
  CLIENT_TURNED_AWAY("client-turned-away", "No upstream took a client's connection."),
  /** accept_proxy_protocol. */
  PROXY_REFUSED("proxy-refused", "A connection did not bring the PROXY header of a trusted peer."),
  /** accept_proxy_protocol. */
  PROXIED("proxied", "A connection came by way of a trusted peer."),
  /** metrics. */
  METRICS_FAILED("metrics-failed", "The metrics cannot be shown."),
  /** SIGHUP. */
  RELOADED("reloaded", "The configuration was read anew, and holds for new connections."),
  /** SIGHUP. */
  RELOAD_FAILED(
      "reload-failed", "The configuration was read anew and has a fault: nothing is changed."),
  /** keep_connections. */
  CONNECTIONS_RESUMED(
      "connections-resumed", "Connections of the process before go on (keep_connections)."),
  /** keep_connections. */
  CONNECTIONS_NOT_RESUMED(
      "connections-not-resumed", "Connections of the process before were closed."),
  /** idle_exit. */
  IDLE_EXIT("idle-exit", "The gateway ends because nobody came for a while."),
  /** max_connections and the like. */
  LIMIT_REACHED("limit-reached", "A client was turned away or cut off because of a limit."),
  /** A setting. */
  DOUBTFUL_SETTING(
      "doubtful-setting", "A setting of fdgate or of its unit will not do what it should."),
  /** Something of the system's or a library's did not do as it should, without harm. */
  SYSTEM_REFUSED("system-refused", "The system refused something that is not needed to serve.");

  private final String id;
  private final String meaning;

  LogEvent(String id, String meaning) {
    this.id = id;
    this.meaning = meaning;
  }

  /** The name that logs show. It never changes. */
  public String id() {
    return id;
  }

  /** What has happened, in a sentence. */
  public String meaning() {
    return meaning;
  }

  /** The MESSAGE_ID of the journal (systemd.journal-fields(7)), made from the name. */
  public String messageId() {
    return UUID.nameUUIDFromBytes(("fdgate:" + id).getBytes(StandardCharsets.US_ASCII))
        .toString()
        .replace("-", "");
  }

  @Override
  public String getName() {
    return id;
  }

  @Override
  public void add(Marker reference) {
    throw new UnsupportedOperationException("an event refers to no other");
  }

  @Override
  public boolean remove(Marker reference) {
    return false;
  }

  @Override
  @Deprecated
  public boolean hasChildren() {
    return false;
  }

  @Override
  public boolean hasReferences() {
    return false;
  }

  @Override
  public Iterator<Marker> iterator() {
    return List.<Marker>of().iterator();
  }

  @Override
  public boolean contains(Marker other) {
    return other == this;
  }

  @Override
  public boolean contains(String name) {
    return id.equals(name);
  }
}
