package io.fdgate.protocol;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often something took how long, in buckets from 0.1 ms to 10 s. To record costs two additions
 * that threads do not contend for. Thread-safe; reads are not a snapshot.
 */
public final class LatencyHistogram {
  private static final long[] BOUNDS = {
    100_000L,
    250_000L,
    500_000L,
    1_000_000L,
    2_500_000L,
    5_000_000L,
    10_000_000L,
    25_000_000L,
    50_000_000L,
    100_000_000L,
    250_000_000L,
    500_000_000L,
    1_000_000_000L,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };

  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
  private final LongAdder sumNanos = new LongAdder();

  /** Starts empty. */
  public LatencyHistogram() {
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  /** Counts one occurrence. */
  public void record(long nanos) {
    int bucket = 0;
    while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sumNanos.add(nanos);
  }

  /** The upper bounds of the buckets in nanoseconds, inclusive; behind the last is one without. */
  public static long[] boundsNanos() {
    return BOUNDS.clone();
  }

  /** How many fell into each bucket and no lower one; one more than there are bounds. */
  public long[] counts() {
    long[] read = new long[counts.length];
    Arrays.setAll(read, i -> counts[i].sum());
    return read;
  }

  /** The time of all together. */
  public long sumNanos() {
    return sumNanos.sum();
  }
}
