package io.fdgate.load;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * What was measured, as it is written as JSON and read again. Times are nanoseconds, {@code
 * seconds} and {@code at} seconds.
 *
 * @param format of the file: {@link #FORMAT}
 * @param label what tells it from other runs; the target unless another one was given
 * @param started when, in ISO 8601
 * @param kind {@code load} or {@code cold}
 * @param setup what was asked for, by the name of the option
 * @param seconds that were measured
 * @param answers that came and were right
 * @param rate of them, a second
 * @param bytes of them, a second
 * @param unanswered in the open loop: due, and without an answer at the end
 * @param problems errors by what they are
 * @param firstError in words; empty if there is none
 * @param lag in the open loop: how late the load tester itself was
 * @param interrupted whether the run was ended by hand
 */
public record Report(
    String format,
    String version,
    String label,
    String started,
    String kind,
    Map<String, String> setup,
    double seconds,
    long answers,
    double rate,
    double bytes,
    long lost,
    long unanswered,
    Map<String, Long> problems,
    String firstError,
    Latency latency,
    Latency lag,
    List<Timeline.Second> timeline,
    List<Threshold.Check> thresholds,
    boolean interrupted) {
  /** The first key of every file. */
  public static final String FORMAT = "fdgate-load-1";

  private static final double[] SHOWN = {50, 75, 90, 99, 99.9, 99.99};

  /**
   * A distribution.
   *
   * @param percentiles by name, such as {@code p99.9}
   * @param distribution at ever finer steps towards 100 percent
   */
  public record Latency(
      long min,
      double mean,
      double deviation,
      long max,
      Map<String, Long> percentiles,
      List<Point> distribution) {
    static Latency of(Histogram histogram) {
      Map<String, Long> percentiles = new LinkedHashMap<>();
      for (double each : SHOWN) {
        percentiles.put(name(each), histogram.getValueAtPercentile(each));
      }
      List<Point> points = new ArrayList<>();
      if (histogram.getTotalCount() > 0) {
        for (HistogramIterationValue value : histogram.percentiles(5)) {
          points.add(new Point(value.getPercentileLevelIteratedTo(), value.getValueIteratedTo()));
        }
      }
      return new Latency(
          histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue(),
          histogram.getTotalCount() == 0 ? 0 : histogram.getMean(),
          histogram.getTotalCount() == 0 ? 0 : histogram.getStdDeviation(),
          histogram.getMaxValue(),
          percentiles,
          points);
    }

    private static String name(double percentile) {
      return "p" + (percentile == (int) percentile ? "" + (int) percentile : "" + percentile);
    }

    /** The value that so many percent do not exceed. */
    public double at(double percentile) {
      Long known = percentiles.get(name(percentile));
      if (known != null) {
        return known;
      }
      return distribution.stream()
          .filter(point -> point.percentile() >= percentile)
          .findFirst()
          .map(Point::value)
          .orElse(max);
    }
  }

  /** A step of a distribution. */
  public record Point(double percentile, long value) {}

  long errors() {
    return problems.values().stream().mapToLong(Long::longValue).sum();
  }

  boolean isCold() {
    return kind.equals("cold");
  }

  /** The label and what a run of this kind is called. */
  record Title(String label, String version, String kind, Instant started) {}

  static Report of(Title title, Map<String, String> setup, Timeline timeline, boolean interrupted) {
    Tally sum = timeline.sum();
    double seconds = timeline.length();
    Map<String, Long> problems = new LinkedHashMap<>();
    sum.problems().forEach((kind, count) -> problems.put(kind.text(), count));
    long answers = sum.latency().getTotalCount() - sum.unanswered();
    return new Report(
        FORMAT,
        title.version,
        title.label,
        title.started.truncatedTo(ChronoUnit.SECONDS).toString(),
        title.kind,
        setup,
        seconds,
        answers,
        seconds == 0 ? 0 : answers / seconds,
        seconds == 0 ? 0 : sum.bytes() / seconds,
        sum.lostDatagrams(),
        sum.unanswered(),
        problems,
        sum.firstProblem().orElse(""),
        Latency.of(sum.latency()),
        Latency.of(sum.lag()),
        timeline.seconds(),
        List.of(),
        interrupted);
  }

  /** The same, with thresholds looked at. */
  Report with(List<Threshold> thresholds) {
    return new Report(
        format,
        version,
        label,
        started,
        kind,
        setup,
        seconds,
        answers,
        rate,
        bytes,
        lost,
        unanswered,
        problems,
        firstError,
        latency,
        lag,
        timeline,
        thresholds.stream().map(each -> each.check(this)).toList(),
        interrupted);
  }

  /** The exit status: 0, 1 for errors that no threshold is about, 2 for a threshold. */
  public int exitStatus() {
    if (thresholds.stream().anyMatch(Threshold.Check::failed)) {
      return 2;
    }
    boolean asked = thresholds.stream().anyMatch(each -> each.threshold().startsWith("errors"));
    return answers == 0 || (errors() > 0 && !asked) ? 1 : 0;
  }

  /** The first error, if there is one. */
  Optional<String> firstErrorText() {
    return Optional.of(firstError).filter(text -> !text.isEmpty());
  }
}
