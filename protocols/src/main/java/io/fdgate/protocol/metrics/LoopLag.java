package io.fdgate.protocol.metrics;

import io.fdgate.protocol.LatencyHistogram;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How late event loops are: each is asked to do something in half a second, again and again, and
 * the histogram has how much later it was done. Nothing is asked before somebody looks.
 */
final class LoopLag {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final LatencyHistogram histogram = new LatencyHistogram();
  private final AtomicBoolean watching = new AtomicBoolean();

  LatencyHistogram histogram() {
    return histogram;
  }

  /** Begins; any number of times. */
  void watch(@Nullable EventExecutorGroup loops) {
    if (loops != null && watching.compareAndSet(false, true)) {
      loops.forEach(this::probe);
    }
  }

  private void probe(EventExecutor loop) {
    long due = loop.ticker().nanoTime() + PERIOD_NANOS;
    loop.schedule(
        () -> {
          histogram.record(Math.max(0, loop.ticker().nanoTime() - due));
          probe(loop);
        },
        PERIOD_NANOS,
        TimeUnit.NANOSECONDS);
  }
}
