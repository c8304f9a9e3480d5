package io.fdgate.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for a terminal or a log. */
final class TextReport {
  private TextReport() {}

  static String of(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add(report.label() + ": " + String.join(", ", describe(report)));
    lines.add("");
    if (report.isCold()) {
      lines.add(row("activations", Units.count(report.answers())));
      lines.add(row("first byte", summary(report.latency())));
    } else {
      lines.add(
          row(
              "answers",
              String.format(
                  Locale.ROOT,
                  "%s in %.1f s   %s/s   %s/s",
                  Units.count(report.answers()),
                  report.seconds(),
                  Units.count(report.rate()),
                  Units.bytes(report.bytes()))));
      lines.add(row("latency", summary(report.latency())));
    }
    report
        .latency()
        .percentiles()
        .forEach((name, value) -> {
          // Ten activations have no 99th percentile.
          if (Double.parseDouble(name.substring(1)) <= 100 - 100.0 / (report.answers() + 1)) {
            lines.add(row("  " + name, Units.nanos(value)));
          }
        });
    problems(report, lines);
    for (Threshold.Check check : report.thresholds()) {
      lines.add(
          row(
              check.failed() ? "FAILED" : "passed",
              "--fail-if '" + check.threshold() + "': found " + check.found()));
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static void problems(Report report, List<String> lines) {
    if (report.lost() > 0) {
      double share = 100.0 * report.lost() / (report.lost() + report.answers());
      lines.add(
          row(
              "lost",
              String.format(Locale.ROOT, "%s (%.3f %%)", Units.count(report.lost()), share)));
    }
    // At any end a few are under way.
    if (report.unanswered() > report.answers() / 100) {
      lines.add(
          row(
              "unanswered",
              Units.count(report.unanswered())
                  + " were due and had no answer at the end; their wait so far is counted"));
    }
    lines.add(row("errors", report.errors() == 0 ? "none" : Units.count(report.errors())));
    report.problems().forEach((what, count) -> lines.add(row("", Units.count(count) + " " + what)));
    report.firstErrorText().ifPresent(first -> lines.add(row("", "the first: " + first)));
    double late = report.lag().at(99);
    if (late > 1e6 && late > report.latency().at(50) / 10) {
      lines.add(
          row(
              "note",
              "fdgate load itself sent late, p99 "
                  + Units.nanos(late)
                  + ": this machine is too busy for the --rate"));
    }
    if (report.interrupted()) {
      lines.add(row("note", "ended early, by hand"));
    }
  }

  /** What was asked for, in words. */
  static List<String> describe(Report report) {
    List<String> words = new ArrayList<>();
    report
        .setup()
        .forEach((key, value) -> {
          if (!key.equals("target")) {
            words.add(key + " " + value);
          }
        });
    return words;
  }

  private static String summary(Report.Latency latency) {
    return "min "
        + Units.nanos(latency.min())
        + "   mean "
        + Units.nanos(latency.mean())
        + "   max "
        + Units.nanos(latency.max());
  }

  private static String row(String name, String value) {
    return String.format(Locale.ROOT, "  %-12s %s", name, value).stripTrailing();
  }
}
