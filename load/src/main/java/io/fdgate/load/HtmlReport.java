package io.fdgate.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** Reports side by side on one page that needs nothing else. */
final class HtmlReport {
  /** The colours that the page has. */
  static final int MOST = 8;

  private final List<Report> reports;

  private HtmlReport(List<Report> reports) {
    this.reports = reports;
  }

  static String of(List<Report> reports) throws LoadException {
    if (reports.isEmpty() || reports.size() > MOST) {
      throw LoadException.usage(
          reports.size() + " reports cannot be compared (expected: 1 to " + MOST + ")");
    }
    return new HtmlReport(reports).page();
  }

  private String page() {
    String title =
        "fdgate load: " + String.join(", ", reports.stream().map(Report::label).toList());
    return template()
        .replace("{{title}}", escape(title))
        .replace(
            "{{head}}",
            reports.size() == 1 ? escape(reports.getFirst().label()) : reports.size() + " runs")
        .replace("{{tiles}}", reports.size() == 1 ? tiles(reports.getFirst()) : legend())
        .replace("{{table}}", table())
        .replace("{{charts}}", charts());
  }

  private static String template() {
    try (InputStream file =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.html"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unexpected) {
      throw new UncheckedIOException(unexpected);
    }
  }

  private static String tiles(Report report) {
    StringBuilder tiles = new StringBuilder();
    if (report.isCold()) {
      tile(tiles, "activations", Units.count(report.answers()));
    } else {
      tile(tiles, "answers a second", Units.count(report.rate()));
    }
    tile(tiles, "median", Units.nanos(report.latency().at(50)));
    if (!report.isCold()) {
      tile(tiles, "p99", Units.nanos(report.latency().at(99)));
    }
    tile(tiles, "longest", Units.nanos(report.latency().max()));
    tile(tiles, "errors", Units.count(report.errors()));
    return "<div class=\"tiles\">" + tiles + "</div>";
  }

  private String legend() {
    StringBuilder legend = new StringBuilder("<div class=\"legend\">");
    for (int i = 0; i < reports.size(); i++) {
      legend.append("<span>").append(name(i)).append("</span>");
    }
    return legend.append("</div>").toString();
  }

  /** A label beside its colour. */
  private String name(int report) {
    return "<i class=\"s" + report + "\"></i>" + escape(reports.get(report).label());
  }

  private static void tile(StringBuilder tiles, String name, String value) {
    tiles
        .append("<div><b>")
        .append(value)
        .append("</b><span>")
        .append(name)
        .append("</span></div>");
  }

  private String table() {
    StringBuilder table = new StringBuilder("<table><thead><tr><th></th>");
    for (int i = 0; i < reports.size(); i++) {
      table.append("<th>").append(name(i)).append("</th>");
    }
    table.append("</tr></thead><tbody>");
    row(table, "started", report -> report.started().replace('T', ' ').replace("Z", " UTC"));
    Set<String> options = new LinkedHashSet<>();
    reports.forEach(report -> options.addAll(report.setup().keySet()));
    options.forEach(key -> row(table, key, report -> report.setup().getOrDefault(key, "")));
    row(table, "answers", report -> Units.count(report.answers()));
    row(table, "answers a second", report -> report.isCold() ? "" : Units.count(report.rate()));
    row(table, "received a second", report -> report.isCold() ? "" : Units.bytes(report.bytes()));
    row(table, "least", report -> Units.nanos(report.latency().min()));
    row(table, "mean", report -> Units.nanos(report.latency().mean()));
    Set<String> percentiles = new LinkedHashSet<>();
    reports.forEach(report -> percentiles.addAll(report.latency().percentiles().keySet()));
    percentiles.forEach(name ->
        row(
            table,
            name,
            report -> Units.nanos(report.latency().percentiles().getOrDefault(name, 0L))));
    row(table, "longest", report -> Units.nanos(report.latency().max()));
    row(table, "lost", report -> Units.count(report.lost()));
    row(table, "unanswered at the end", report -> Units.count(report.unanswered()));
    row(table, "errors", HtmlReport::problems);
    if (reports.stream().anyMatch(report -> !report.thresholds().isEmpty())) {
      row(table, "thresholds", HtmlReport::thresholds);
    }
    return table.append("</tbody></table>").toString();
  }

  private void row(StringBuilder table, String name, Function<Report, String> value) {
    table.append("<tr><th>").append(escape(name)).append("</th>");
    reports.forEach(
        report -> table.append("<td>").append(escape(value.apply(report))).append("</td>"));
    table.append("</tr>\n");
  }

  private static String problems(Report report) {
    List<String> all = new ArrayList<>();
    report.problems().forEach((what, count) -> all.add(Units.count(count) + " " + what));
    return all.isEmpty() ? "none" : String.join("; ", all);
  }

  private static String thresholds(Report report) {
    return String.join(
        "; ",
        report.thresholds().stream()
            .map(each ->
                each.threshold() + (each.failed() ? " FAILED: " : " passed: ") + each.found())
            .toList());
  }

  private String charts() {
    StringBuilder charts = new StringBuilder();
    figure(
        charts,
        "Latency by percentile",
        "the share of answers that took no longer",
        distribution());
    if (reports.stream().anyMatch(report -> report.timeline().size() > 1)) {
      figure(
          charts,
          "Answers a second over time",
          "seconds since the end of the warm-up",
          overTime(second -> second.rate(), Units::count));
      figure(
          charts,
          "99th percentile over time",
          "of each second",
          overTime(second -> (double) second.p99(), Units::nanos));
    }
    return charts.toString();
  }

  private static void figure(StringBuilder charts, String title, String note, Chart chart) {
    charts
        .append("<figure><figcaption>")
        .append(title)
        .append("<small>")
        .append(note)
        .append("</small></figcaption>")
        .append(chart.svg(title))
        .append("</figure>\n");
  }

  /** Each step towards 100 percent is as wide as the one before: 90, 99, 99.9. */
  private Chart distribution() {
    double least = Double.MAX_VALUE;
    double most = 1;
    double nines = 10;
    for (Report report : reports) {
      for (Report.Point point : report.latency().distribution()) {
        if (point.value() > 0) {
          least = Math.min(least, point.value());
          most = Math.max(most, point.value());
        }
        if (point.percentile() < 100) {
          nines = Math.max(nines, 100 / (100 - point.percentile()));
        }
      }
    }
    List<Double> ticks = new ArrayList<>(List.of(1.0, 2.0));
    for (double tick = 10; tick <= nines * 1.01; tick *= 10) {
      ticks.add(tick);
    }
    Chart chart =
        new Chart(
            new Chart.Axis(1, nines, true, ticks, tick -> percent(100 - 100 / tick)),
            Chart.Axis.logarithmic(Math.min(least, most), most, Units::nanos));
    for (int i = 0; i < reports.size(); i++) {
      Report report = reports.get(i);
      double end = nines;
      chart.line(
          i,
          false,
          report.latency().distribution().stream()
              .map(point ->
                  new Chart.Point(
                      point.percentile() >= 100 ? end : 100 / (100 - point.percentile()),
                      point.value(),
                      report.label()
                          + ": "
                          + percent(point.percentile())
                          + " within "
                          + Units.nanos(point.value())))
              .toList());
    }
    return chart;
  }

  private static String percent(double value) {
    String digits = String.format(Locale.ROOT, "%.5f", value).replaceFirst("\\.?0+$", "");
    return digits + "%";
  }

  private Chart overTime(
      Function<Timeline.Second, Double> value, java.util.function.DoubleFunction<String> text) {
    double longest = 1;
    double most = 0;
    for (Report report : reports) {
      for (Timeline.Second second : report.timeline()) {
        longest = Math.max(longest, second.at());
        most = Math.max(most, value.apply(second));
      }
    }
    Chart.Axis time = Chart.Axis.linear(longest, tick -> Units.count(tick) + " s");
    Chart chart =
        new Chart(
            new Chart.Axis(0, longest, false, time.ticks(), time.text()),
            Chart.Axis.linear(most, text));
    for (int i = 0; i < reports.size(); i++) {
      Report report = reports.get(i);
      chart.line(
          i,
          false,
          report.timeline().stream()
              .map(second ->
                  new Chart.Point(
                      second.at(),
                      value.apply(second),
                      String.format(
                          Locale.ROOT,
                          "%s, second %.0f: %s",
                          report.label(),
                          second.at(),
                          text.apply(value.apply(second)))))
              .toList());
    }
    return chart;
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
