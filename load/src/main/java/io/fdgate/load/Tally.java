package io.fdgate.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one event loop counted in about a second. Written by that loop, then handed over whole. */
final class Tally {
  private static final long LONGEST_NANOS = 3_600_000_000_000L;
  private static final int DIGITS = 3;

  private final Histogram latency = histogram();
  private final Histogram lag = new Histogram(DIGITS);
  private final Map<Problem, Long> problems = new EnumMap<>(Problem.class);
  private @Nullable String firstProblem;
  private long bytes;
  private long lost;
  private long unanswered;

  /** A histogram of nanoseconds up to an hour. */
  static Histogram histogram() {
    return new Histogram(LONGEST_NANOS, DIGITS);
  }

  void answered(long nanos) {
    latency.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
  }

  /** How long after it was due a message was sent, though its connection was free. */
  void sentLate(long nanos) {
    lag.recordValue(Math.clamp(nanos, 0, LONGEST_NANOS));
  }

  void received(long count) {
    bytes += count;
  }

  void lost() {
    lost++;
  }

  /**
   * A message that had no answer when the run ended.
   *
   * @param nanos how long it has waited, where that counts
   */
  void unanswered(long nanos) {
    unanswered++;
    answered(nanos);
  }

  void problem(Problem kind, String what) {
    problems.merge(kind, 1L, Long::sum);
    if (firstProblem == null) {
      firstProblem = what;
    }
  }

  Histogram latency() {
    return latency;
  }

  Histogram lag() {
    return lag;
  }

  Map<Problem, Long> problems() {
    return problems;
  }

  Optional<String> firstProblem() {
    return Optional.ofNullable(firstProblem);
  }

  long bytes() {
    return bytes;
  }

  long lostDatagrams() {
    return lost;
  }

  long unanswered() {
    return unanswered;
  }

  /** Adds another one to this. */
  void add(Tally other) {
    latency.add(other.latency);
    lag.add(other.lag);
    other.problems.forEach((kind, count) -> problems.merge(kind, count, Long::sum));
    if (firstProblem == null) {
      firstProblem = other.firstProblem;
    }
    bytes += other.bytes;
    lost += other.lost;
    unanswered += other.unanswered;
  }
}
