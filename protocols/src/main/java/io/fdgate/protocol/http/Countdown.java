package io.fdgate.protocol.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Something that is to happen after a time unless it is stopped. Used on one event loop. */
final class Countdown {
  private final long millis;
  private final Runnable overdue;
  private @Nullable Future<?> running;

  /** A countdown that does not run; once it has run out it can be started again. */
  Countdown(long millis, Runnable overdue) {
    this.millis = millis;
    this.overdue = overdue;
  }

  boolean isRunning() {
    return running != null;
  }

  /** Starts it, unless it runs. */
  void start(EventExecutor loop) {
    if (running == null) {
      running =
          loop.schedule(
              () -> {
                running = null;
                overdue.run();
              },
              millis,
              TimeUnit.MILLISECONDS);
    }
  }

  /** Stops it; whoever is to be told is forgotten too. */
  void stop() {
    Future<?> timer = running;
    running = null;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
