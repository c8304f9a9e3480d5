package io.fdgate.gateway.systemd;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often systemd starts a unit before it gives it up (systemd.unit(5)).
 *
 * @param burst StartLimitBurst=, the starts that it allows; none means any number
 * @param interval StartLimitIntervalSec=, within which it does; zero means any number of starts
 */
public record StartLimit(int burst, Duration interval) {
  /** What holds for a unit that says nothing. */
  public static final StartLimit DEFAULT = new StartLimit(5, Duration.ofSeconds(10));

  private static final Duration FOR_EVER = Duration.ofDays(365_000);
  private static final Pattern SPAN = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([a-zA-Zμµ]*)\\s*");

  /** What a unit is, by a pattern of its names. */
  private static final Map<String, Double> MILLIS =
      Map.of(
          "us|usecs?|µs|μs", 1e-3,
          "ms|msecs?", 1.0,
          "|s|secs?|seconds?", 1e3,
          "m|mins?|minutes?", 60e3,
          "h|hrs?|hours?", 3_600e3,
          "d|days?", 86_400e3,
          "w|weeks?", 604_800e3,
          "M|months?", 2_629_800e3,
          "y|years?", 31_557_600e3);

  /** From what a unit file or {@code systemctl show} says; nothing when that is not understood. */
  public static Optional<StartLimit> of(String burst, String interval) {
    if (!burst.matches("\\d{1,9}")) {
      return Optional.empty();
    }
    return span(interval).map(each -> new StartLimit(Integer.parseInt(burst), each));
  }

  /** A time span of systemd.time(7). */
  private static Optional<Duration> span(String text) {
    if (text.equals("infinity")) {
      return Optional.of(FOR_EVER);
    }
    Matcher part = SPAN.matcher(text);
    double millis = 0;
    int end = 0;
    while (part.find() && part.start() == end) {
      String unit = part.group(2);
      Optional<Double> known =
          MILLIS.entrySet().stream()
              .filter(each -> unit.matches(each.getKey()))
              .map(Map.Entry::getValue)
              .findFirst();
      if (known.isEmpty()) {
        return Optional.empty();
      }
      millis += Double.parseDouble(part.group(1)) * known.get();
      end = part.end();
    }
    return end > 0 && end == text.length()
        ? Optional.of(Duration.ofMillis(Math.round(millis)))
        : Optional.empty();
  }

  /** The shortest time between starts that never meets the limit. */
  public Duration shortest() {
    return burst == 0 ? Duration.ZERO : interval.dividedBy(burst);
  }
}
