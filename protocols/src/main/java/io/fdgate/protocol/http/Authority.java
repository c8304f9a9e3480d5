package io.fdgate.protocol.http;

import java.util.function.IntPredicate;

/** What a Host field holds (RFC 9112, section 3.2, and RFC 3986, section 3.2.2). */
final class Authority {
  private static final int PORT_DIGITS = 5;

  private Authority() {}

  /** Whether it is a name, an address, or nothing, and perhaps a colon and a port. */
  static boolean isHostAndPort(String text) {
    int end = hostEnd(text);
    return end == text.length() || (end >= 0 && isPort(text, end));
  }

  /** Where the host ends; -1 if it is none. */
  private static int hostEnd(String text) {
    if (!text.startsWith("[")) {
      return skip(text, 0, Authority::isOfName);
    }
    int end = skip(text, 1, Authority::isOfAddress);
    return end > 1 && end < text.length() && text.charAt(end) == ']' ? end + 1 : -1;
  }

  private static boolean isPort(String text, int colon) {
    int digits = colon + 1;
    return text.charAt(colon) == ':'
        && text.length() - digits <= PORT_DIGITS
        && skip(text, digits, Authority::isDigit) == text.length();
  }

  private static int skip(String text, int from, IntPredicate allowed) {
    int at = from;
    while (at < text.length() && allowed.test(text.charAt(at))) {
      at++;
    }
    return at;
  }

  /** Unreserved, a part of an escape, or a delimiter within a name. */
  private static boolean isOfName(int c) {
    return switch (c) {
      case '-', '.', '_', '~', '!', '$', '&', '\'', '(', ')', '*', '+', ',', ';', '=', '%' -> true;
      default -> isDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
  }

  /** Of an address of IPv6, and its zone. */
  private static boolean isOfAddress(int c) {
    return isDigit(c)
        || (c >= 'A' && c <= 'F')
        || (c >= 'a' && c <= 'f')
        || c == ':'
        || c == '.'
        || c == '%';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
