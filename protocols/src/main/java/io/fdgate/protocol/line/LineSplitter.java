package io.fdgate.protocol.line;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines, one at a time, so that the caller can stop between two. A line
 * ends with LF; one CR before it belongs to the line end. It keeps the bytes of the line that is
 * not complete, and never more than a longest line of them: of a longer line the rest is skipped.
 * Not thread-safe.
 */
final class LineSplitter {
  private static final byte LF = '\n';
  private static final byte CR = '\r';
  private static final int FIRST_SIZE = 128;
  // What an idle connection may keep.
  private static final int KEPT_SIZE = 1024;

  private final int longest;
  private byte[] bytes = new byte[0];
  private int length;
  private boolean taken = true;
  private boolean skipping;

  /**
   * A splitter at the beginning of a line.
   *
   * @param longest the most bytes of a line, without its line end
   */
  LineSplitter(int longest) {
    this.longest = longest;
  }

  /** What was found in the input. */
  enum Found {
    /** The input is used up, and the line in it is not complete. */
    NOTHING,
    /** A line, in {@link #line} until the next call. */
    LINE,
    /** A line that is too long; told once, as soon as it is known. */
    TOO_LONG
  }

  /** Reads up to the end of a line, or all of the input. */
  Found next(ByteBuf input) {
    release();
    while (input.isReadable()) {
      int beforeEnd = input.bytesBefore(LF);
      int count = beforeEnd < 0 ? input.readableBytes() : beforeEnd;
      boolean tooLong = !skipping && !append(input, count);
      boolean skipped = skipping;
      input.skipBytes(beforeEnd < 0 ? count : count + 1);
      if (tooLong) {
        skipping = beforeEnd < 0;
        return Found.TOO_LONG;
      }
      if (beforeEnd >= 0) {
        skipping = false;
        if (!skipped) {
          return complete();
        }
      }
    }
    return Found.NOTHING;
  }

  /** Ends the input: what is left in it is a line without a line end. Then it can begin again. */
  Found end() {
    release();
    boolean none = length == 0 || skipping;
    skipping = false;
    return none ? Found.NOTHING : complete();
  }

  /** The bytes of the line that was found; only the first {@link #length} count. */
  byte[] line() {
    return bytes;
  }

  /** The number of bytes of the line that was found. */
  int length() {
    return length;
  }

  /** Whether part of a line has been read. */
  boolean isInLine() {
    return skipping || !taken;
  }

  private Found complete() {
    if (length > 0 && bytes[length - 1] == CR) {
      length--;
    }
    taken = true;
    return Found.LINE;
  }

  /** Keeps bytes of the line; false, and keeps none, if it is too long with them. */
  private boolean append(ByteBuf input, int count) {
    int sum = length + count;
    // One more may be the CR of the line end.
    if (sum > longest + 1
        || (sum == longest + 1
            && count > 0
            && input.getByte(input.readerIndex() + count - 1) != CR)) {
      length = 0;
      taken = true;
      return false;
    }
    if (sum > bytes.length) {
      int size = Math.min(longest + 1, Math.max(FIRST_SIZE, 2 * bytes.length));
      bytes = Arrays.copyOf(bytes, Math.max(sum, size));
    }
    input.getBytes(input.readerIndex(), bytes, length, count);
    length = sum;
    taken = false;
    return true;
  }

  private void release() {
    if (taken) {
      length = 0;
      if (bytes.length > KEPT_SIZE) {
        bytes = new byte[0];
      }
    }
  }
}
