package io.fdgate.gateway.systemd;

import io.fdgate.protocol.LogEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that every event loop is alive (WATCHDOG=1 of sd_notify(3)). A loop
 * that is stuck keeps silent, and so does the watchdog; then the manager restarts the service.
 */
public final class Watchdog {
  private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);
  private static final long MICROS_TO_NANOS = 1_000;

  private final Notifier notifier;
  private final int loops;
  private final Consumer<Runnable> onEveryLoop;
  private final AtomicInteger silent = new AtomicInteger();

  /**
   * A watchdog that has not barked.
   *
   * @param loops how many event loops there are
   * @param onEveryLoop runs a task once on each of them
   */
  public Watchdog(Notifier notifier, int loops, Consumer<Runnable> onEveryLoop) {
    this.notifier = notifier;
    this.loops = loops;
    this.onEveryLoop = onEveryLoop;
  }

  /**
   * How often to tell: half of what the manager expects (WATCHDOG_USEC), or what the configuration
   * says, whichever is shorter; nothing if neither asks for it.
   *
   * @param pid ours; WATCHDOG_PID names whom the variable is for
   * @param configured zero for none
   */
  public static Optional<Duration> period(
      Map<String, String> environment, long pid, Duration configured) {
    Optional<Duration> own = configured.isZero() ? Optional.empty() : Optional.of(configured);
    String usec = environment.get("WATCHDOG_USEC");
    String forPid = environment.get("WATCHDOG_PID");
    if (usec == null || (forPid != null && !forPid.equals(Long.toString(pid)))) {
      return own;
    }
    long micros = micros(usec);
    if (micros == 0) {
      logger.warn(
          LogEvent.DOUBTFUL_SETTING,
          "WATCHDOG_USEC is \"{}\": expected a number of microseconds above 0; the service manager"
              + " is not told that fdgate is alive",
          usec);
      return own;
    }
    Duration half = Duration.ofNanos(Math.max(1, micros * MICROS_TO_NANOS / 2));
    return own.isPresent() && own.get().compareTo(half) < 0 ? own : Optional.of(half);
  }

  /** 0 if it is no number, and for "infinity", which systemd does not pass. */
  private static long micros(String usec) {
    try {
      long micros = Long.parseLong(usec);
      return micros > 0 && micros < Long.MAX_VALUE / MICROS_TO_NANOS ? micros : 0;
    } catch (NumberFormatException notNumber) {
      return 0;
    }
  }

  /** Asks every loop for a sign of life, unless one of them owes the last. */
  public void look() {
    if (silent.compareAndSet(0, loops)) {
      onEveryLoop.accept(() -> {
        if (silent.decrementAndGet() == 0) {
          notifier.alive();
        }
      });
    }
  }
}
