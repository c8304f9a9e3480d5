package io.fdgate.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Puts the slices of all workers together: the seconds of the run, and its sum. For one thread. */
final class Timeline {
  private static final double NANOS = 1e9;

  private final int workers;
  private final Tally sum = new Tally();
  private final Map<Integer, List<Slice>> open = new TreeMap<>();
  private final List<Second> seconds = new ArrayList<>();
  private double length;

  Timeline(int workers) {
    this.workers = workers;
  }

  /**
   * A second of the run.
   *
   * @param at its end, in seconds since the end of the warm-up
   * @param rate answers a second
   * @param p50 and the others in nanoseconds
   */
  public record Second(
      double at, double rate, double bytes, long p50, long p99, long max, long problems) {}

  /** Takes a slice; the second that it completes, if it does. */
  List<Second> add(Slice slice) {
    if (!slice.isWarmUp()) {
      sum.add(slice.tally());
      length = Math.max(length, slice.to() / NANOS);
    }
    List<Slice> same = open.computeIfAbsent(slice.second(), _ -> new ArrayList<>());
    same.add(slice);
    if (same.size() < workers) {
      return List.of();
    }
    open.remove(slice.second());
    Second second = second(same);
    if (!slice.isWarmUp()) {
      seconds.add(second);
    }
    return List.of(second);
  }

  private static Second second(List<Slice> slices) {
    Tally all = new Tally();
    double from = Double.MAX_VALUE;
    double to = -Double.MAX_VALUE;
    for (Slice slice : slices) {
      all.add(slice.tally());
      from = Math.min(from, slice.from() / NANOS);
      to = Math.max(to, slice.to() / NANOS);
    }
    Histogram latency = all.latency();
    double span = Math.max(to - from, 1 / NANOS);
    return new Second(
        to,
        latency.getTotalCount() / span,
        all.bytes() / span,
        latency.getValueAtPercentile(50),
        latency.getValueAtPercentile(99),
        latency.getMaxValue(),
        all.problems().values().stream().mapToLong(Long::longValue).sum());
  }

  Tally sum() {
    return sum;
  }

  List<Second> seconds() {
    return List.copyOf(seconds);
  }

  /** Seconds from the end of the warm-up to the end. */
  double length() {
    return length;
  }
}
