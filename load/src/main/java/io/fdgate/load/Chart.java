package io.fdgate.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Lines in a coordinate system, as SVG that takes its colours from the page. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 300;
  private static final int LEFT = 76;
  private static final int RIGHT = 14;
  private static final int TOP = 12;
  private static final int BOTTOM = 34;

  private final Axis x;
  private final Axis y;
  private final List<Line> lines = new ArrayList<>();

  Chart(Axis x, Axis y) {
    this.x = x;
    this.y = y;
  }

  /**
   * An axis.
   *
   * @param least at its origin
   * @param logarithmic whether equal steps are equal factors; then {@code least} is above 0
   * @param ticks where it is marked
   * @param text of a tick
   */
  record Axis(
      double least,
      double most,
      boolean logarithmic,
      List<Double> ticks,
      DoubleFunction<String> text) {
    /** From 0 to beyond a value, with round numbers for ticks. */
    static Axis linear(double most, DoubleFunction<String> text) {
      double raw = Math.max(most, 1e-9) / 4;
      double power = Math.pow(10, Math.floor(Math.log10(raw)));
      double ratio = raw / power;
      double step = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
      List<Double> ticks = new ArrayList<>();
      for (int i = 0; i * step <= most * 1.02; i++) {
        ticks.add(i * step);
      }
      return new Axis(0, Math.max(most * 1.05, step), false, ticks, text);
    }

    /** Powers of ten, and between them 2 and 5 where there is room. */
    static Axis logarithmic(double least, double most, DoubleFunction<String> text) {
      double from = Math.max(least, 1e-9) / 1.1;
      double to = Math.max(most, least * 2) * 1.1;
      double[] factors = Math.log10(to / from) > 3 ? new double[] {1} : new double[] {1, 2, 5};
      List<Double> ticks = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(from)); Math.pow(10, power) <= to; power++) {
        for (double factor : factors) {
          double tick = factor * Math.pow(10, power);
          if (tick >= from && tick <= to) {
            ticks.add(tick);
          }
        }
      }
      return new Axis(from, to, true, ticks, text);
    }

    double place(double value) {
      double bounded = Math.clamp(value, least, most);
      return logarithmic
          ? Math.log(bounded / least) / Math.log(most / least)
          : (bounded - least) / (most - least);
    }
  }

  /** A point, and what it says when pointed at. */
  record Point(double x, double y, String text) {}

  private record Line(int series, boolean thin, List<Point> points) {}

  /** Adds a line; its colour is that of its series. */
  Chart line(int series, boolean thin, List<Point> points) {
    lines.add(new Line(series, thin, List.copyOf(points)));
    return this;
  }

  String svg(String title) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
            WIDTH,
            HEIGHT,
            HtmlReport.escape(title)));
    for (double tick : y.ticks) {
      double at = y(tick);
      svg.append(format("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, at, WIDTH - RIGHT));
      svg.append(
          format(
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT - 8, at + 4, y.text.apply(tick)));
    }
    for (double tick : x.ticks) {
      double at = x(tick);
      svg.append(format("<path class=\"grid\" d=\"M%.1f %dV%d\"/>", at, TOP, HEIGHT - BOTTOM));
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
              at, HEIGHT - BOTTOM + 20, x.text.apply(tick)));
    }
    lines.forEach(line -> draw(svg, line));
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, Line line) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points) {
      path.append(format("%s%.1f %.1f", path.isEmpty() ? "M" : "L", x(point.x), y(point.y)));
    }
    String style = "s" + line.series + (line.thin ? " thin" : "");
    svg.append(format("<path class=\"line %s\" d=\"%s\"/>%n", style, path));
    for (Point point : line.points) {
      svg.append(
          format(
              "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>%s</title></circle>",
              style,
              x(point.x),
              y(point.y),
              line.points.size() > 1 ? "6" : "3",
              HtmlReport.escape(point.text)));
    }
    svg.append('\n');
  }

  private double x(double value) {
    return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
