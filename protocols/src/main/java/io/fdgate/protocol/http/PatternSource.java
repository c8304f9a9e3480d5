package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A body of any length: a line of letters, again and again, out of one buffer. */
final class PatternSource implements BodySource {
  private static final int PART = 64 * 1024;
  private static final ByteBuf PATTERN = Unpooled.unreleasableBuffer(pattern()).asReadOnly();

  private long left;

  PatternSource(long length) {
    left = length;
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public ByteBuf next() {
    int length = (int) Math.min(left, PART);
    left -= length;
    return PATTERN.slice(0, length);
  }

  private static ByteBuf pattern() {
    byte[] line =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+\n"
            .getBytes(StandardCharsets.US_ASCII);
    ByteBuf pattern = Unpooled.directBuffer(PART, PART);
    while (pattern.isWritable()) {
      pattern.writeBytes(line);
    }
    return pattern;
  }
}
