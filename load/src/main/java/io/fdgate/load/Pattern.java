package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes that are sent and must come back: printable ones with a period that is prime, so that a
 * byte too few, too many or out of place shows. For one thread.
 */
final class Pattern {
  /** After so many bytes it begins again. */
  static final int PERIOD = 89;

  private static final int SHOWN = 16;

  private final int longest;
  private final ByteBuf bytes;
  private final ByteBuffer expected;

  /** A pattern of which stretches up to so many bytes are wanted at a time. */
  Pattern(int longest, ByteBuf memory) {
    this.longest = longest;
    byte[] all = new byte[memory(longest)];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) ('!' + i % PERIOD);
    }
    bytes = memory.writeBytes(all);
    expected = bytes.nioBuffer();
  }

  /** The memory that a pattern takes. */
  static int memory(int longest) {
    return longest + PERIOD;
  }

  int longest() {
    return longest;
  }

  /** A stretch to be written, and so released, by the caller. */
  ByteBuf stretch(int offset, int length) {
    return bytes.retainedSlice(offset, length);
  }

  /** Appends a stretch of any length. */
  void copyTo(ByteBuf to, int offset, int length) {
    to.writeBytes(bytes, offset, length);
  }

  /** The first place from which on other bytes came than the pattern has; -1 if all are right. */
  int mismatch(int offset, ByteBuf actual, int index, int length) {
    for (int done = 0; done < length; done += longest) {
      int part = Math.min(longest, length - done);
      int from = (offset + done) % PERIOD;
      expected.limit(from + part).position(from);
      int at = expected.mismatch(actual.internalNioBuffer(index + done, part));
      if (at >= 0) {
        return done + at;
      }
    }
    return -1;
  }

  /** What was expected from an offset on and what came, for a person. */
  String difference(int offset, ByteBuf actual, int index) {
    int length = Math.min(SHOWN, actual.writerIndex() - index);
    return "expected \""
        + bytes.toString(offset % PERIOD, length, StandardCharsets.ISO_8859_1)
        + "\", got \""
        + printable(actual.toString(index, length, StandardCharsets.ISO_8859_1))
        + "\"";
  }

  static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  void release() {
    bytes.release();
  }
}
