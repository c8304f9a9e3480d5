package io.fdgate.protocol.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Bounds the time that a request's head takes. Used on the connection's event loop. */
final class HeadTimer {
  private final long millis;
  private final Runnable overdue;
  private @Nullable Future<?> running;

  HeadTimer(long millis, Runnable overdue) {
    this.millis = millis;
    this.overdue = overdue;
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

  void stop() {
    Future<?> timer = running;
    running = null;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
