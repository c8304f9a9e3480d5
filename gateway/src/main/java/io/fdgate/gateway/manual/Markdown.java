package io.fdgate.gateway.manual;

/** Manuals as Markdown. */
public final class Markdown {
  private static final int WIDTH = 100;

  private Markdown() {}

  /** The text of a file. */
  public static String of(Manual manual) {
    StringBuilder text = new StringBuilder("# " + manual.name() + ": " + manual.purpose() + "\n");
    for (Manual.Block block : manual.blocks()) {
      text.append('\n');
      switch (block) {
        case Manual.Heading(String heading) -> text.append("## ").append(heading).append('\n');
        case Manual.Paragraph(String paragraph) -> text.append(wrap(paragraph, ""));
        case Manual.Code(String lines) ->
            lines
                .lines()
                .forEach(
                    line -> text.append(line.isEmpty() ? "" : "    ").append(line).append('\n'));
        case Manual.Entry entry -> {
          String first = "`" + entry.term() + "`";
          text.append(wrap("- **" + first + "** " + String.join(" ", entry.paragraphs()), "  "));
        }
      }
    }
    return text.toString();
  }

  private static String wrap(String text, String indent) {
    StringBuilder wrapped = new StringBuilder();
    int column = 0;
    for (String word : text.split(" ")) {
      if (column > 0 && column + 1 + word.length() > WIDTH) {
        wrapped.append('\n').append(indent);
        column = indent.length();
      } else if (column > 0) {
        wrapped.append(' ');
        column++;
      }
      wrapped.append(word);
      column += word.length();
    }
    return wrapped.append('\n').toString();
  }
}
