package io.fdgate.protocol;

import java.time.Duration;
import java.util.Optional;

/** Sizes and spans of time as the configuration writes them: {@code 64KiB}, {@code 1min 30s}. */
final class Quantities {
  private static final long KIB = 1024;

  private Quantities() {}

  /** Reads a number of bytes; nothing if the text is none. */
  static Optional<Long> bytes(String text) {
    int digits = leadingDigits(text, 0);
    long unit =
        switch (text.substring(digits).strip()) {
          case "", "B" -> 1;
          case "K", "KiB" -> KIB;
          case "M", "MiB" -> KIB * KIB;
          case "G", "GiB" -> KIB * KIB * KIB;
          default -> 0;
        };
    return unit == 0 ? Optional.empty() : number(text, 0, digits).flatMap(n -> times(n, unit));
  }

  /** Reads a span of systemd.time(7), in units up to days; nothing if the text is none. */
  static Optional<Duration> span(String text) {
    Duration sum = Duration.ZERO;
    int at = 0;
    while (at < text.length()) {
      int digits = leadingDigits(text, at);
      int end = digits;
      while (end < text.length() && !Character.isDigit(text.charAt(end))) {
        end++;
      }
      long unitMillis =
          switch (text.substring(digits, end).strip()) {
            case "ms" -> 1;
            case "s", "sec" -> 1_000;
            case "m", "min" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 0;
          };
      Optional<Long> millis = number(text, at, digits).flatMap(n -> times(n, unitMillis));
      if (unitMillis == 0 || millis.isEmpty()) {
        return Optional.empty();
      }
      sum = sum.plusMillis(millis.get());
      at = end;
    }
    return text.isBlank() ? Optional.empty() : Optional.of(sum);
  }

  private static int leadingDigits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  /** The number at from..to; absent when there is none, or one too long to be meant. */
  private static Optional<Long> number(String text, int from, int to) {
    return to == from || to - from > 15
        ? Optional.empty()
        : Optional.of(Long.parseLong(text, from, to, 10));
  }

  private static Optional<Long> times(long n, long unit) {
    return Math.multiplyHigh(n, unit) == 0 && n * unit >= 0
        ? Optional.of(n * unit)
        : Optional.empty();
  }

  /** A span in the largest unit that leaves a whole number. */
  static String text(Duration span) {
    long millis = span.toMillis();
    long[] units = {86_400_000, 3_600_000, 60_000, 1_000};
    String[] names = {"d", "h", "min", "s"};
    for (int i = 0; i < units.length; i++) {
      if (millis >= units[i] && millis % units[i] == 0) {
        return millis / units[i] + names[i];
      }
    }
    return millis + "ms";
  }

  /** A number of bytes as a value of TOML, in quotes where it has a unit. */
  static String toml(long bytes) {
    String[] units = {"GiB", "MiB", "KiB"};
    for (int i = 0; i < units.length; i++) {
      long unit = 1L << 10 * (units.length - i);
      if (bytes >= unit && bytes % unit == 0) {
        return "\"" + bytes / unit + units[i] + "\"";
      }
    }
    return Long.toString(bytes);
  }
}
