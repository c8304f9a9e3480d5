package io.fdgate.gateway.manual;

import java.util.List;

/**
 * A text that becomes Markdown or a manual page.
 *
 * @param name such as {@code fdgate.toml}
 * @param section of the manual
 * @param purpose in a line, without a full stop
 */
public record Manual(String name, int section, String purpose, List<Block> blocks) {
  /** Copies the list. */
  public Manual {
    blocks = List.copyOf(blocks);
  }

  /** A part of it. Texts may hold {@code `code`}. */
  public sealed interface Block {}

  /** Begins a section. */
  public record Heading(String text) implements Block {}

  /** A paragraph. */
  public record Paragraph(String text) implements Block {}

  /** Lines as they are. */
  public record Code(String lines) implements Block {}

  /** A word and what it means. */
  public record Entry(String term, List<String> paragraphs) implements Block {
    /** Copies the list. */
    public Entry {
      paragraphs = List.copyOf(paragraphs);
    }
  }
}
