package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ByteProcessor;

/**
 * The lines of a request's head, byte for byte as RFC 9112 has them. Netty's decoder, which reads
 * them afterwards, also takes runs of blanks in the request line, {@code http/1.1}, folded fields
 * and controls in the target.
 */
final class HeadLines {
  private static final int VERSION_LENGTH = "HTTP/1.1".length();

  private static final String LENGTH_FIELD = "content-length:";

  // Classes, as lambdas would be linked while the first request of a start waits.

  private static final ByteProcessor TOKEN =
      new ByteProcessor() {
        @Override
        public boolean process(byte b) {
          return isToken(b);
        }
      };

  private static final ByteProcessor VISIBLE =
      new ByteProcessor() {
        @Override
        public boolean process(byte b) {
          return b > ' ' && b != 0x7f;
        }
      };

  private static final ByteProcessor VALUE =
      new ByteProcessor() {
        @Override
        public boolean process(byte b) {
          return (b >= ' ' && b != 0x7f) || b < 0 || b == '\t';
        }
      };

  private HeadLines() {}

  /**
   * Checks a request line (RFC 9112, section 3).
   *
   * @param from its first byte
   * @param lf its line feed
   */
  static void checkRequestLine(ByteBuf buffer, int from, int lf) throws RefusedException {
    int end = lineEnd(buffer, from, lf);
    int at = endOf(TOKEN, buffer, from, end);
    if (at == from || at == end || buffer.getByte(at) != ' ') {
      throw RefusedException.malformed("the request line does not begin with a method");
    }
    int target = at + 1;
    at = endOf(VISIBLE, buffer, target, end);
    if (at == target || at == end || buffer.getByte(at) != ' ') {
      throw RefusedException.malformed("the request line is not method, target and version");
    }
    checkVersion(buffer, at + 1, end);
  }

  /** Checks {@code HTTP/1.1} or {@code HTTP/1.0} (RFC 9112, section 2.3). */
  private static void checkVersion(ByteBuf buffer, int at, int end) throws RefusedException {
    if (end - at != VERSION_LENGTH
        || buffer.getByte(at) != 'H'
        || buffer.getByte(at + 1) != 'T'
        || buffer.getByte(at + 2) != 'T'
        || buffer.getByte(at + 3) != 'P'
        || buffer.getByte(at + 4) != '/'
        || !isDigit(buffer.getByte(at + 5))
        || buffer.getByte(at + 6) != '.'
        || !isDigit(buffer.getByte(at + 7))) {
      throw RefusedException.malformed("the request line does not end with an HTTP version");
    }
    byte minor = buffer.getByte(at + 7);
    if (buffer.getByte(at + 5) != '1' || (minor != '0' && minor != '1')) {
      throw new RefusedException(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.0 and HTTP/1.1 are served");
    }
  }

  /**
   * Checks a field line (RFC 9112, section 5): no folding, no blank before the colon, no controls.
   *
   * @param from its first byte
   * @param lf its line feed
   * @return whether it is the empty line that ends the head or the trailers
   */
  static boolean checkFieldLine(ByteBuf buffer, int from, int lf) throws RefusedException {
    int end = lineEnd(buffer, from, lf);
    if (end == from) {
      return true;
    }
    byte first = buffer.getByte(from);
    if (first == ' ' || first == '\t') {
      throw RefusedException.malformed("a header field is folded or begins with a blank");
    }
    int colon = endOf(TOKEN, buffer, from, end);
    if (colon == from || colon == end || buffer.getByte(colon) != ':') {
      throw RefusedException.malformed("a header line is not a name, a colon and a value");
    }
    if (endOf(VALUE, buffer, colon + 1, end) != end) {
      throw RefusedException.malformed("a header field holds a control byte");
    }
    return false;
  }

  /** Where the bytes end that are of one kind. */
  private static int endOf(ByteProcessor kind, ByteBuf buffer, int from, int to) {
    int other = buffer.forEachByte(from, to - from, kind);
    return other < 0 ? to : other;
  }

  /** Whether a checked field line is a Content-Length. */
  static boolean isContentLength(ByteBuf buffer, int from) {
    for (int i = 0; i < LENGTH_FIELD.length(); i++) {
      if (Character.toLowerCase(buffer.getByte(from + i)) != LENGTH_FIELD.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The end of a line's content; its line feed must follow a carriage return. */
  static int lineEnd(ByteBuf buffer, int from, int lf) throws RefusedException {
    if (lf == from || buffer.getByte(lf - 1) != '\r') {
      throw RefusedException.malformed("a line does not end with CR LF");
    }
    return lf - 1;
  }

  /** Whether it can be in a token (RFC 9110, section 5.6.2). */
  static boolean isToken(byte b) {
    return switch (b) {
      case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~' -> true;
      default -> isDigit(b) || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
    };
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
