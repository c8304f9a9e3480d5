package io.fdgate.protocol.metrics;

import io.fdgate.protocol.LatencyHistogram;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How late event loops are: each is asked to do something in half a second, again and again, and
 * the histogram has how much later it was done. It begins when somebody looks, and ends when nobody
 * has looked for ten minutes.
 */
final class LoopLag {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long UNWATCHED_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final LatencyHistogram histogram = new LatencyHistogram();
  private final Set<EventExecutor> probed = ConcurrentHashMap.newKeySet();
  private volatile long watchedNanos;

  LatencyHistogram histogram() {
    return histogram;
  }

  /** Somebody looks. */
  void watch(@Nullable EventExecutorGroup loops) {
    watchedNanos = System.nanoTime();
    if (loops != null) {
      for (EventExecutor loop : loops) {
        if (probed.add(loop)) {
          probe(loop);
        }
      }
    }
  }

  private void probe(EventExecutor loop) {
    long due = System.nanoTime() + PERIOD_NANOS;
    loop.schedule(
        () -> {
          long now = System.nanoTime();
          histogram.record(Math.max(0, now - due));
          if (now - watchedNanos < UNWATCHED_NANOS) {
            probe(loop);
          } else {
            probed.remove(loop);
          }
        },
        PERIOD_NANOS,
        TimeUnit.NANOSECONDS);
  }
}
