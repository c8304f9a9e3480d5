package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an HTTP answer must be: the pattern that was sent, what the first answer held,
 * or anything. For one worker; the answers of one stream come in order.
 */
final class BodyCheck {
  private final Plan plan;
  private final Pattern pattern;
  private @Nullable ByteBuf first;

  /** With the body of the first answer, where that is known. */
  BodyCheck(Plan plan, Pattern pattern, @Nullable ByteBuf first) {
    this.plan = plan;
    this.pattern = pattern;
    this.first = first;
  }

  /** The body of the first answer, once there is one; only read by whoever takes it. */
  @Nullable ByteBuf first() {
    return first;
  }

  /** Where one answer stands. */
  final class Progress {
    private int at;
    private @Nullable ByteBuf learning;

    /** Checks the next bytes; what is wrong with them, or nothing. */
    @Nullable String next(ByteBuf bytes) {
      int length = bytes.readableBytes();
      int from = at;
      at += length;
      if (plan.body() == Plan.Body.ANY || length == 0) {
        return null;
      }
      if (plan.shape().size() > 0) {
        int wrong = pattern.mismatch(from % Pattern.PERIOD, bytes, bytes.readerIndex(), length);
        return at > plan.shape().size()
            ? "the body is longer than that of the request, " + plan.shape().size() + " bytes"
            : wrong < 0
                ? null
                : "at byte "
                    + (from + wrong)
                    + " of the body "
                    + pattern.difference(from + wrong, bytes, bytes.readerIndex() + wrong);
      }
      if (first == null) {
        learning = learning == null ? Unpooled.buffer() : learning;
        learning.writeBytes(bytes, bytes.readerIndex(), length);
        return null;
      }
      return sameAsFirst(first, from, bytes);
    }

    private @Nullable String sameAsFirst(ByteBuf known, int from, ByteBuf bytes) {
      boolean same =
          from + bytes.readableBytes() <= known.readableBytes()
              && ByteBufUtil.equals(known, from, bytes, bytes.readerIndex(), bytes.readableBytes());
      return same
          ? null
          : "the body differs from that of the first answer in the bytes from "
              + from
              + " on; --any-body allows that";
    }

    /** The answer is complete; what is wrong with it, or nothing. */
    @Nullable String end() {
      int length = at;
      ByteBuf learnt = learning;
      at = 0;
      learning = null;
      if (plan.body() == Plan.Body.ANY) {
        return null;
      }
      if (plan.shape().size() == 0 && first == null) {
        first = learnt == null ? Unpooled.EMPTY_BUFFER : learnt;
      }
      int expected =
          plan.shape().size() > 0 || first == null ? plan.shape().size() : first.readableBytes();
      return length == expected
          ? null
          : "expected a body of " + expected + " bytes, got " + length + "; --any-body allows that";
    }
  }
}
