package io.fdgate.protocol.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request's path, decoded once and cut at its slashes.
 *
 * @param names without {@code .} and {@code ..}, slashes, backslashes and controls
 * @param directory whether the path ends with a slash
 */
record FilePath(List<String> names, boolean directory) {
  FilePath {
    names = List.copyOf(names);
  }

  /**
   * Decodes a path (RFC 3986, section 2.1). Absent for what no file can have: dot segments, which a
   * client resolves itself, empty ones, and anything that another decoding could turn into a
   * separator: it is not repaired but refused.
   *
   * @param raw begins with a slash
   */
  static Optional<FilePath> of(String raw) {
    List<String> names = new ArrayList<>();
    int from = 1;
    while (from < raw.length()) {
      int slash = raw.indexOf('/', from);
      int end = slash < 0 ? raw.length() : slash;
      Optional<String> name = decode(raw.substring(from, end)).filter(FilePath::isName);
      if (name.isEmpty()) {
        return Optional.empty();
      }
      names.add(name.get());
      from = end + 1;
    }
    return Optional.of(new FilePath(names, raw.endsWith("/")));
  }

  /** Whether a name is hidden from listings, and not served unless the settings say so. */
  static boolean isHidden(String name) {
    return name.startsWith(".");
  }

  private static boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
  }

  /** Percent-decodes to UTF-8, strictly: overlong forms and surrogates are malformed. */
  private static Optional<String> decode(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 <= text.length() - 1 ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
        if (low < 0) {
          return Optional.empty();
        }
        bytes.put((byte) (high * 16 + low));
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes.flip())
              .toString());
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  /** A name as a segment of a URI. */
  static String encode(String name) {
    StringBuilder text = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (HeadLines.isToken(b) && "&%'`^|".indexOf(b) < 0) {
        text.append((char) b);
      } else {
        text.append(String.format("%%%02X", b));
      }
    }
    return text.toString();
  }

  /** The path as a URI has it, beginning with one slash. */
  String toUri() {
    StringBuilder text = new StringBuilder();
    names.forEach(name -> text.append('/').append(encode(name)));
    return text.isEmpty() ? "/" : text.append(directory ? "/" : "").toString();
  }
}
