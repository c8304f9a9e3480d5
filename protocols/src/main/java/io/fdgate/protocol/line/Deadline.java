package io.fdgate.protocol.line;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action once, when a span of time has passed without a sign of life. A sign of life is
 * cheap: the timer looks back when it fires. Used on one event loop.
 */
final class Deadline {
  private final EventExecutor loop;
  private final long spanNanos;
  private final BooleanSupplier progress;
  private final Runnable action;
  private long lastSign;
  private @Nullable Future<?> timer;

  /**
   * A deadline that runs from now on.
   *
   * @param progress asked when the time has passed: whether there was a sign of life after all
   */
  Deadline(EventExecutor loop, Duration span, BooleanSupplier progress, Runnable action) {
    this.loop = loop;
    this.spanNanos = span.toNanos();
    this.progress = progress;
    this.action = action;
    this.lastSign = loop.ticker().nanoTime();
    schedule(spanNanos);
  }

  /** Begins the span anew. */
  void signOfLife() {
    lastSign = loop.ticker().nanoTime();
  }

  /** Forgets the action. */
  void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule(long nanos) {
    timer = loop.schedule(this::fire, nanos, TimeUnit.NANOSECONDS);
  }

  private void fire() {
    if (progress.getAsBoolean()) {
      signOfLife();
    }
    long left = spanNanos - (loop.ticker().nanoTime() - lastSign);
    if (left > 0) {
      schedule(left);
    } else {
      timer = null;
      action.run();
    }
  }
}
