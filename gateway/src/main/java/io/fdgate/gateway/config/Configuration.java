package io.fdgate.gateway.config;

import io.fdgate.protocol.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the configuration file says, checked, with defaults for what it leaves out.
 *
 * @param defaultProtocol serves sockets whose name chooses nothing else
 * @param drainTimeout how long connections may go on after SIGTERM
 * @param idleExit how long nobody must come for the service to end; zero for never
 * @param keepConnections whether connections are to go on in the next process
 * @param watchdogInterval how often the service manager is told that all is well, besides when it
 *     asks for it; zero for never
 * @param maxBuffered the most bytes that all clients together may leave untaken; zero for half of
 *     the Java heap's limit
 * @param threads the number of event loops
 * @param log what is logged and how
 * @param sockets the tables by name
 */
public record Configuration(
    Optional<String> defaultProtocol,
    Duration drainTimeout,
    Duration idleExit,
    boolean keepConnections,
    Duration watchdogInterval,
    long maxBuffered,
    int threads,
    Log log,
    Map<String, SocketTable> sockets) {

  /**
   * The {@code [log]} table.
   *
   * @param level the least level that is written
   * @param format how lines look
   * @param logback a logback XML file that replaces the built-in set-up
   */
  public record Log(String level, String format, Optional<String> logback) {}

  static final Setting<Optional<String>> DEFAULT_PROTOCOL =
      Setting.text(
          "default_protocol", "The protocol for sockets whose name chooses none. Unset: a fault.");

  static final Setting<Duration> DRAIN_TIMEOUT =
      Setting.duration(
          "drain_timeout",
          Duration.ofSeconds(10),
          Duration.ZERO,
          Duration.ofHours(1),
          "How long open connections may go on after SIGTERM before they are closed.");

  static final Setting<Duration> IDLE_EXIT =
      Setting.duration(
          "idle_exit",
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofDays(365),
          "The service ends when for so long there was no connection and no datagram; systemd starts"
              + " it for the next. 0s: never.");

  static final Setting<Boolean> KEEP_CONNECTIONS =
      Setting.flag(
          "keep_connections",
          false,
          "Whether open connections of echo, line and forward outlive a restart or a crash, held by"
              + " systemd. The unit needs FileDescriptorStoreMax=.");

  static final Setting<Duration> WATCHDOG_INTERVAL =
      Setting.duration(
          "watchdog_interval",
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofHours(1),
          "How often the service manager is told that every event loop is alive. 0s: half of the"
              + " unit's WatchdogSec=, which Podman does not pass on.");

  static final Setting<Long> MAX_BUFFERED =
      Setting.size(
          "max_buffered",
          0,
          0,
          1L << 50,
          "The most bytes that all clients together may leave untaken; past it those with the most"
              + " are closed. 0: half of the Java heap's limit.");

  static final Setting<Integer> THREADS =
      Setting.integer(
          "threads",
          Runtime.getRuntime().availableProcessors(),
          1,
          1024,
          "The number of event loops. Unset: the cores that the process may use.");

  static final Setting<String> LOG_LEVEL =
      Setting.choice(
          "level",
          "info",
          List.of("error", "warn", "info", "debug", "trace"),
          "The least level that is logged.");

  /** As fits whoever reads: a terminal, a file, the journal. */
  public static final String LOG_AUTO = "auto";

  /** Each line a JSON object. */
  public static final String LOG_JSON = "json";

  /** The form of log lines. */
  public static final Setting<String> LOG_FORMAT =
      Setting.choice(
          "format",
          LOG_AUTO,
          List.of(LOG_AUTO, LOG_JSON),
          "How lines look: as fits whoever reads them (a terminal, a file, the journal with its"
              + " fields), or each a JSON object. --log-format says the same and wins.");

  static final Setting<Optional<String>> LOG_LOGBACK =
      Setting.text("logback", "A logback XML file that replaces the built-in log set-up.");

  /** The settings outside of any table. */
  public static final List<Setting<?>> GLOBAL =
      List.of(
          DEFAULT_PROTOCOL,
          DRAIN_TIMEOUT,
          IDLE_EXIT,
          KEEP_CONNECTIONS,
          WATCHDOG_INTERVAL,
          MAX_BUFFERED,
          THREADS);

  /** The settings of the {@code [log]} table. */
  public static final List<Setting<?>> LOG = List.of(LOG_LEVEL, LOG_FORMAT, LOG_LOGBACK);

  /**
   * A table with keys of its own.
   *
   * @param summary what it is for, in a sentence
   */
  public record Table(String name, String summary, List<Setting<?>> settings) {}

  /** Every table but {@code [sockets.NAME]}. */
  public static final List<Table> TABLES =
      List.of(new Table("log", "What is logged, and how.", LOG));

  /** What holds without a file. */
  public static final Configuration DEFAULTS =
      new Configuration(
          Optional.empty(),
          DRAIN_TIMEOUT.defaultValue(),
          IDLE_EXIT.defaultValue(),
          KEEP_CONNECTIONS.defaultValue(),
          WATCHDOG_INTERVAL.defaultValue(),
          MAX_BUFFERED.defaultValue(),
          THREADS.defaultValue(),
          new Log(LOG_LEVEL.defaultValue(), LOG_AUTO, Optional.empty()),
          Map.of());

  /** Copies the map. */
  public Configuration {
    sockets = Map.copyOf(sockets);
  }

  /** The table for a socket's name: the first of the name's candidates that has one. */
  public Optional<SocketTable> tableFor(String name) {
    for (String candidate : SocketNames.candidates(name).keySet()) {
      SocketTable table = sockets.get(candidate);
      if (table != null) {
        return Optional.of(table);
      }
    }
    return Optional.empty();
  }
}
