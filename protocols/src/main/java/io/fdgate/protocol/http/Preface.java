package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;

/**
 * The beginning of a connection whose client knows that we speak HTTP/2 (RFC 9113, section 3.4). It
 * is no request of HTTP/1 on purpose, and tells the two apart.
 */
enum Preface {
  /** The message that says so; the bytes are left to whoever takes the connection over. */
  RECEIVED;

  private static final String BYTES = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  /** Whether a connection's bytes are a part of the preface, so that more must be waited for. */
  static boolean isBegunBy(ByteBuf buffer) {
    return buffer.readableBytes() < BYTES.length() && matches(buffer, buffer.readableBytes());
  }

  /** Whether a connection's bytes begin with the preface. */
  static boolean isAtStartOf(ByteBuf buffer) {
    return buffer.readableBytes() >= BYTES.length() && matches(buffer, BYTES.length());
  }

  private static boolean matches(ByteBuf buffer, int length) {
    int from = buffer.readerIndex();
    for (int i = 0; i < length; i++) {
      if (buffer.getByte(from + i) != BYTES.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
