package io.fdgate.gateway;

import io.fdgate.protocol.LogEvent;
import java.time.Duration;
import java.util.Map;
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

  /** systemd's default of StartLimitIntervalSec= and StartLimitBurst=: 5 starts in 10 s. */
  private static final Duration SHORTEST = Duration.ofSeconds(2);

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

  /** Warns of a time that systemd's limit of starts does not allow. */
  static void check(Duration span, Map<String, String> environment) {
    if (span.compareTo(SHORTEST) < 0 && environment.containsKey("NOTIFY_SOCKET")) {
      logger.warn(
          LogEvent.DOUBTFUL_SETTING,
          "idle_exit = {} ms allows more starts than systemd does by default (5 in 10 s), after"
              + " which clients are turned away: set it to 2s or more, or StartLimitIntervalSec=0"
              + " in the unit",
          span.toMillis());
    }
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
