package io.fdgate.load;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bound that fails a run, such as {@code p99>5ms}: it is met by what must not be.
 *
 * @param text as it was typed
 * @param metric what is looked at
 * @param above whether more than the bound fails, else less
 * @param orEqual whether the bound itself fails too
 * @param bound in the metric's unit; of errors in percent, a share of all answers
 */
public record Threshold(
    String text, String metric, boolean above, boolean orEqual, double bound, boolean percent) {
  /** The form that {@link #parse} takes. */
  public static final String EXPECTED =
      "METRIC>VALUE or METRIC<VALUE, such as p99>5ms, p99.9>20ms, max>1s, mean>800us, rate<10000,"
          + " errors>0, errors>0.1% or lost>1%";

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*(p\\d{1,2}(?:\\.\\d+)?|p100|max|mean|rate|errors|lost)\\s*([<>]=?)\\s*"
              + "(\\d+(?:\\.\\d+)?)\\s*(ns|us|µs|ms|s|%|/s)?\\s*");

  /** Reads a threshold. */
  public static Threshold parse(String text) throws LoadException {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw LoadException.usage(
          "--fail-if \"" + text + "\" is no threshold (expected: " + EXPECTED + ")");
    }
    String metric = form.group(1);
    String unit = form.group(4) == null ? "" : form.group(4);
    double value = Double.parseDouble(form.group(3));
    boolean counted = metric.equals("errors") || metric.equals("lost");
    boolean percent = unit.equals("%");
    if (metric.equals("rate")
        ? !(unit.isEmpty() || unit.equals("/s"))
        : counted && !unit.isEmpty() && !percent) {
      throw LoadException.usage(
          "--fail-if \""
              + text
              + "\": \""
              + unit
              + "\" is no unit of "
              + metric
              + " (expected: "
              + EXPECTED
              + ")");
    }
    double scale = 1;
    if (!counted && !metric.equals("rate")) {
      scale =
          switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            default ->
                throw LoadException.usage(
                    "--fail-if \""
                        + text
                        + "\": a latency needs a unit (expected: ns, us, ms or s, such as "
                        + metric
                        + ">5ms)");
          };
    }
    String comparison = form.group(2);
    return new Threshold(
        text.strip(),
        metric,
        comparison.startsWith(">"),
        comparison.endsWith("="),
        value * scale,
        percent);
  }

  /** The result of looking at a report. */
  public record Check(String threshold, boolean failed, String found) {}

  /** Looks at a report. */
  Check check(Report report) {
    double found = found(report);
    boolean failed = orEqual && found == bound || (above ? found > bound : found < bound);
    return new Check(text, failed, show(found));
  }

  private double found(Report report) {
    return switch (metric) {
      case "max" -> report.latency().max();
      case "mean" -> report.latency().mean();
      case "rate" -> report.rate();
      case "errors" -> share(report.errors(), report.answers() + report.errors());
      case "lost" -> share(report.lost(), report.answers() + report.lost());
      default -> report.latency().at(Double.parseDouble(metric.substring(1)));
    };
  }

  private double share(long part, long all) {
    return !percent ? part : all == 0 ? 0 : 100.0 * part / all;
  }

  private String show(double found) {
    return switch (metric) {
      case "rate" -> String.format(Locale.ROOT, "%.0f/s", found);
      case "errors", "lost" ->
          percent
              ? String.format(Locale.ROOT, "%.3f%%", found)
              : String.format(Locale.ROOT, "%.0f", found);
      default -> Units.nanos(found);
    };
  }
}
