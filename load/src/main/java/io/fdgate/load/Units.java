package io.fdgate.load;

import java.util.Locale;

/** Numbers as people read them. */
final class Units {
  private Units() {}

  /** A time, in the largest unit that leaves a digit before the point. */
  static String nanos(double nanos) {
    if (nanos == 0) {
      return "0";
    } else if (nanos < 1e3) {
      return digits(nanos) + " ns";
    } else if (nanos < 1e6) {
      return digits(nanos / 1e3) + " µs";
    } else if (nanos < 1e9) {
      return digits(nanos / 1e6) + " ms";
    }
    return digits(nanos / 1e9) + " s";
  }

  /** Bytes a second. */
  static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return digits(value) + " " + units[unit];
  }

  /** A whole number with a comma at each thousand. */
  static String count(double count) {
    return String.format(Locale.ROOT, "%,.0f", count);
  }

  /** Three digits at least. */
  static String digits(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }
}
