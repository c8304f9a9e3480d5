package io.fdgate.protocol.line;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Reads the bytes of one line as a request. A pure function. */
final class RequestParser {
  private static final String SPACE = " ";

  private RequestParser() {}

  /** What a line is. */
  sealed interface Line {
    /**
     * A request.
     *
     * @param name the command's, in upper case
     * @param argument what follows the name and one space
     */
    record Request(String name, String argument) implements Line {}

    /** A line without a command: nothing, or spaces. */
    record Empty() implements Line {}

    /** No text, and why. */
    record Malformed(LineAnswer answer) implements Line {}
  }

  /**
   * Reads a line.
   *
   * @param bytes without a line end; only the first {@code length} count
   */
  static Line parse(byte[] bytes, int length) {
    String text;
    if (isAscii(bytes, length)) {
      text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    } else {
      CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
      ByteBuffer input = ByteBuffer.wrap(bytes, 0, length);
      CharBuffer output = CharBuffer.allocate(length);
      // The default action is to report; a sequence that is cut off is reported too.
      CoderResult result = decoder.decode(input, output, true);
      if (result.isError()) {
        return malformed("utf8", "the line is not UTF-8 from byte " + (input.position() + 1));
      }
      text = output.flip().toString();
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return malformed(
            "control", "the line has a control character, code " + (int) text.charAt(i));
      }
    }
    return request(text);
  }

  private static Line request(String text) {
    int from = 0;
    while (text.startsWith(SPACE, from)) {
      from++;
    }
    int space = text.indexOf(SPACE, from);
    int to = space < 0 ? text.length() : space;
    if (from == to) {
      return new Line.Empty();
    }
    String argument = space < 0 ? "" : text.substring(space + 1);
    return new Line.Request(upperCase(text.substring(from, to)), argument);
  }

  /** ASCII letters only: other alphabets have letters whose upper case is an ASCII one. */
  private static String upperCase(String name) {
    char[] upper = name.toCharArray();
    for (int i = 0; i < upper.length; i++) {
      if (upper[i] >= 'a' && upper[i] <= 'z') {
        upper[i] = (char) (upper[i] - 'a' + 'A');
      }
    }
    return new String(upper);
  }

  private static boolean isAscii(byte[] bytes, int length) {
    int all = 0;
    for (int i = 0; i < length; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }

  private static Line malformed(String code, String text) {
    return new Line.Malformed(LineAnswer.error(code, text));
  }
}
