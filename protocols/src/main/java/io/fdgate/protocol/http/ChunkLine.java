package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;

/**
 * The line before a chunk: its size in hexadecimal and its extensions (RFC 9112, section 7.1).
 * Blanks, which the grammar calls bad, are refused; Netty's decoder, which reads the line
 * afterwards, takes them, and extensions without a name.
 */
final class ChunkLine {
  private static final int MAX_DIGITS = 15;

  private ChunkLine() {}

  /**
   * Checks the line.
   *
   * @param from its first byte
   * @param lf its line feed
   * @return the size
   */
  static long size(ByteBuf buffer, int from, int lf) throws RefusedException {
    int end = HeadLines.lineEnd(buffer, from, lf);
    long size = 0;
    int at = from;
    for (; at < end; at++) {
      int digit = Character.digit(buffer.getByte(at), 16);
      if (digit < 0) {
        break;
      }
      size = size * 16 + digit;
    }
    if (at == from || at - from > MAX_DIGITS) {
      throw RefusedException.malformed("a chunk's size is not a hexadecimal number");
    }
    while (at < end) {
      at = extension(buffer, at, end);
    }
    return size;
  }

  /** Checks one extension, and returns its end. */
  private static int extension(ByteBuf buffer, int from, int end) throws RefusedException {
    if (buffer.getByte(from) != ';') {
      throw RefusedException.malformed("a chunk's size is followed by something else");
    }
    int at = token(buffer, from + 1, end);
    if (at == end || buffer.getByte(at) != '=') {
      return at;
    }
    at++;
    return at < end && buffer.getByte(at) == '"'
        ? quoted(buffer, at + 1, end)
        : token(buffer, at, end);
  }

  private static int token(ByteBuf buffer, int from, int end) throws RefusedException {
    int at = from;
    while (at < end && HeadLines.isToken(buffer.getByte(at))) {
      at++;
    }
    if (at == from) {
      throw badExtension();
    }
    return at;
  }

  /** Checks what follows an opening quote, and returns the end of the quoted string. */
  private static int quoted(ByteBuf buffer, int from, int end) throws RefusedException {
    for (int at = from; at < end; at++) {
      byte b = buffer.getByte(at);
      if (b == '"') {
        return at + 1;
      }
      if (b == '\\') {
        at++;
        if (at == end) {
          break;
        }
        b = buffer.getByte(at);
      }
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
        break;
      }
    }
    throw badExtension();
  }

  private static RefusedException badExtension() {
    return RefusedException.malformed("a chunk's extension is malformed");
  }
}
