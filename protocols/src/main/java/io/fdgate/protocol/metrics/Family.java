package io.fdgate.protocol.metrics;

import io.fdgate.protocol.LatencyHistogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A metric family being made.
 *
 * @param name without the suffix that its type adds
 * @param help one sentence
 */
record Family(String name, String help) {
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A counter's or gauge's values by labels; those of equal labels are added. */
  static final class Points {
    private final Map<Labels, Double> values = new LinkedHashMap<>();

    Points add(Labels labels, double value) {
      values.merge(labels, value, Double::sum);
      return this;
    }
  }

  CounterSnapshot counter(Points points) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    points.values.forEach((labels, value) ->
        family.dataPoint(CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
    return family.build();
  }

  GaugeSnapshot gauge(Points points) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    points.values.forEach((labels, value) ->
        family.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return family.build();
  }

  GaugeSnapshot gauge(double value) {
    return gauge(new Points().add(Labels.EMPTY, value));
  }

  CounterSnapshot counter(double value) {
    return counter(new Points().add(Labels.EMPTY, value));
  }

  /** A histogram of seconds without labels. */
  HistogramSnapshot histogram(LatencyHistogram times) {
    return histogram(Map.of(Labels.EMPTY, List.of(times)));
  }

  /** A histogram of seconds by labels; those of equal labels are added. */
  HistogramSnapshot histogram(Map<Labels, List<LatencyHistogram>> times) {
    HistogramSnapshot.Builder family =
        HistogramSnapshot.builder().name(name + "_seconds").help(help).unit(Unit.SECONDS);
    double[] bounds =
        Arrays.stream(LatencyHistogram.boundsNanos()).mapToDouble(nanos -> nanos / NANOS).toArray();
    double[] upper = Arrays.copyOf(bounds, bounds.length + 1);
    upper[bounds.length] = Double.POSITIVE_INFINITY;
    times.forEach((labels, each) -> {
      long[] counts = new long[upper.length];
      double sum = 0;
      for (LatencyHistogram histogram : each) {
        long[] more = histogram.counts();
        Arrays.setAll(counts, i -> counts[i] + more[i]);
        sum += histogram.sumNanos() / NANOS;
      }
      family.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(labels)
              .classicHistogramBuckets(ClassicHistogramBuckets.of(upper, counts))
              .sum(sum)
              .build());
    });
    return family.build();
  }
}
