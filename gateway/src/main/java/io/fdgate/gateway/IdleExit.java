package io.fdgate.gateway;

import io.fdgate.gateway.systemd.OwnUnit;
import io.fdgate.gateway.systemd.StartLimit;
import io.fdgate.protocol.LogEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the service when nobody has needed it for a while, so that the next client starts it anew.
 * Main thread.
 *
 * <p>A client that comes during the end is not lost: nothing is taken any more before it is known
 * that nothing was, and what waits in the kernel then makes systemd start the service again as soon
 * as it has ended.
 */
final class IdleExit {
  private static final Logger logger = LoggerFactory.getLogger(IdleExit.class);

  /** How often it looks within the time. */
  private static final int LOOKS = 20;

  private static final Duration MOST_PATIENT_LOOK = Duration.ofSeconds(1);

  private final Gateway gateway;
  private final Requests requests;
  private final long spanNanos;
  private long arrivals;
  private long quietSince = System.nanoTime();

  IdleExit(Gateway gateway, Requests requests, Duration span) {
    this.gateway = gateway;
    this.requests = requests;
    this.spanNanos = span.toNanos();
    arrivals = gateway.arrivals();
  }

  /**
   * Warns of a time that systemd's limit of starts does not allow: the unit's own, which takes a
   * process and a thread to ask for, or else the default.
   */
  static void check(Duration span, Map<String, String> environment) {
    if (!environment.containsKey("NOTIFY_SOCKET")) {
      return;
    }
    Optional<OwnUnit> unit = OwnUnit.find(environment);
    if (unit.isEmpty()) {
      check(span, Optional.empty());
      return;
    }
    Thread asking = new Thread(() -> check(span, startLimit(unit.get())), "start-limit");
    asking.setDaemon(true);
    asking.start();
  }

  private static Optional<StartLimit> startLimit(OwnUnit unit) {
    try {
      return unit.startLimit();
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
  }

  private static void check(Duration span, Optional<StartLimit> known) {
    StartLimit limit = known.orElse(StartLimit.DEFAULT);
    if (span.compareTo(limit.shortest()) < 0) {
      logger.warn(
          LogEvent.DOUBTFUL_SETTING,
          "idle_exit = {} ms allows more starts than {} ({} in {} s), after which clients are"
              + " turned away: set it to {} s or more, or StartLimitIntervalSec=0 in the unit",
          span.toMillis(),
          known.isPresent() ? "the unit" : "systemd does by default",
          limit.burst(),
          seconds(limit.interval()),
          seconds(limit.shortest()));
    }
  }

  /** Rounded up. */
  private static long seconds(Duration span) {
    return span.plusMillis(999).toSeconds();
  }

  /** How often {@link #look} is to be called. */
  Duration period() {
    Duration look = Duration.ofNanos(Math.max(1_000_000, spanNanos / LOOKS));
    return look.compareTo(MOST_PATIENT_LOOK) < 0 ? look : MOST_PATIENT_LOOK;
  }

  /** Looks whether the time is over, and then asks for the end. */
  void look() {
    long now = System.nanoTime();
    long seen = gateway.arrivals();
    if (gateway.connections() > 0 || seen != arrivals) {
      arrivals = seen;
      quietSince = now;
      return;
    }
    try {
      if (now - quietSince >= spanNanos && gateway.pauseIfIdle(arrivals)) {
        logger.info(LogEvent.IDLE_EXIT, "nobody came for {} ms (idle_exit)", spanNanos / 1_000_000);
        requests.stop();
      }
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
  }
}
