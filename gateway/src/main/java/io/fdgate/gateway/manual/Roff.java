package io.fdgate.gateway.manual;

import java.util.Locale;

/** Manuals as pages for man(1), in the macros of groff_man(7). */
public final class Roff {
  private Roff() {}

  /**
   * The text of a page.
   *
   * @param version of fdgate, for the footer
   */
  public static String of(Manual manual, String version) {
    StringBuilder page = new StringBuilder();
    page.append(".TH \"").append(manual.name().toUpperCase(Locale.ROOT)).append("\" \"");
    page.append(manual.section())
        .append("\" \"\" \"fdgate ")
        .append(escape(version))
        .append("\"\n");
    page.append(".SH NAME\n").append(escape(manual.name())).append(" \\- ");
    page.append(escape(manual.purpose())).append('\n');
    for (Manual.Block block : manual.blocks()) {
      switch (block) {
        case Manual.Heading(String heading) ->
            page.append(".SH \"").append(escape(heading.toUpperCase(Locale.ROOT))).append("\"\n");
        case Manual.Paragraph(String text) ->
            page.append(".PP\n").append(inline(text)).append('\n');
        case Manual.Code(String lines) -> {
          page.append(".PP\n.RS 4\n.nf\n");
          lines.lines().forEach(line -> page.append(escape(line)).append('\n'));
          page.append(".fi\n.RE\n");
        }
        case Manual.Entry entry -> {
          page.append(".TP\n\\fB").append(escape(entry.term())).append("\\fR\n");
          page.append(inline(String.join("\n.br\n", entry.paragraphs()))).append('\n');
        }
      }
    }
    return page.toString();
  }

  private static String inline(String text) {
    StringBuilder out = new StringBuilder();
    boolean code = false;
    for (String part : text.split("`", -1)) {
      String escaped = part.equals("\n.br\n") ? part : escapeKeepingBreaks(part);
      out.append(code ? "\\fB" + escaped + "\\fR" : escaped);
      code = !code;
    }
    return out.toString();
  }

  private static String escapeKeepingBreaks(String text) {
    return String.join(
        "\n.br\n", java.util.Arrays.stream(text.split("\n\\.br\n", -1)).map(Roff::escape).toList());
  }

  /** A dot or a quote at the start of a line would be a request. */
  private static String escape(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }
}
