package io.fdgate.protocol.line;

import java.util.Objects;

/**
 * The answer to one request. Control characters in its text, line ends among them, are written as
 * {@code ?}, so that it is one line whatever the text is.
 */
public sealed interface LineAnswer {
  /** {@code OK}, and the text if there is one. */
  static LineAnswer ok(String text) {
    return new Ok(text);
  }

  /** {@code ERR}, a code and a text. */
  static LineAnswer error(String code, String text) {
    return new Refused(code, text);
  }

  /** Success. */
  record Ok(String text) implements LineAnswer {
    /** Refuses null. */
    public Ok {
      Objects.requireNonNull(text);
    }
  }

  /**
   * Failure.
   *
   * @param code a word for programs: lower-case letters, digits and {@code -}, a letter first
   * @param text a sentence for people
   */
  record Refused(String code, String text) implements LineAnswer {
    /** Checks the code. */
    public Refused {
      Objects.requireNonNull(text);
      if (!isCode(code)) {
        throw new IllegalArgumentException(
            "code: " + code + " (expected: lower-case letters, digits and -, a letter first)");
      }
    }

    private static boolean isCode(String code) {
      boolean valid = !code.isEmpty() && code.charAt(0) >= 'a' && code.charAt(0) <= 'z';
      for (int i = 0; i < code.length(); i++) {
        char c = code.charAt(i);
        valid &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      }
      return valid;
    }
  }

  /** Success, and the end of the connection; on a datagram socket success only. */
  record Bye(String text) implements LineAnswer {
    /** Refuses null. */
    public Bye {
      Objects.requireNonNull(text);
    }
  }
}
