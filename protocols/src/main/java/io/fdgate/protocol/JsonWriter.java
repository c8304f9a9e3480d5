package io.fdgate.protocol;

/** Writes JSON (RFC 8259) into a text, one member or element after another. */
public final class JsonWriter {
  private final StringBuilder text = new StringBuilder(256);
  private boolean comma;

  /** Starts empty. */
  public JsonWriter() {}

  /** Begins an object, as an element or after a {@link #name}. */
  public JsonWriter object() {
    return open('{');
  }

  /** Ends it. */
  public JsonWriter endObject() {
    return close('}');
  }

  /** Begins an array. */
  public JsonWriter array() {
    return open('[');
  }

  /** Ends it. */
  public JsonWriter endArray() {
    return close(']');
  }

  /** The name of the value that follows. */
  public JsonWriter name(String name) {
    separate();
    quote(name);
    text.append(':');
    comma = false;
    return this;
  }

  /** A member. */
  public JsonWriter member(String name, String value) {
    return name(name).value(value);
  }

  /** A member. */
  public JsonWriter member(String name, long value) {
    name(name);
    text.append(value);
    comma = true;
    return this;
  }

  /** An element, or the value of a name. */
  public JsonWriter value(String value) {
    separate();
    quote(value);
    comma = true;
    return this;
  }

  private JsonWriter open(char bracket) {
    separate();
    text.append(bracket);
    comma = false;
    return this;
  }

  private JsonWriter close(char bracket) {
    text.append(bracket);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      text.append(',');
    }
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          // Half of a pair would not be valid UTF-8; "<" could end a script that holds the text.
          boolean half = Character.isSurrogate(c) && !isPaired(value, i);
          if (c < ' ' || c == 0x7f || c == '<' || half) {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isPaired(String value, int at) {
    return Character.isHighSurrogate(value.charAt(at))
        ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
  }

  /** What was written. */
  @Override
  public String toString() {
    return text.toString();
  }
}
