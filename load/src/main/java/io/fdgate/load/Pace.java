package io.fdgate.load;

import org.jspecify.annotations.Nullable;

/**
 * When the messages of one lane are due. In the open loop each has its time whether or not the ones
 * before it are answered, and its latency counts from that time: a target that stalls is charged
 * for all that it keeps waiting (coordinated omission).
 */
final class Pace {
  private final @Nullable Turns timed;
  private final int offset;
  private long turn;

  private Pace(@Nullable Turns timed, int offset) {
    this.timed = timed;
    this.offset = offset;
  }

  /** Always due. */
  static Pace closedLoop() {
    return new Pace(null, 0);
  }

  /** The worker's lanes take turns. */
  static Pace openLoop(Turns turns, int offset) {
    return new Pace(turns, offset);
  }

  boolean isTimed() {
    return timed != null;
  }

  boolean isDue(long now) {
    return timed == null || timed.dueAt(offset, turn) - now <= 0;
  }

  /** When the next message is due; now, in the closed loop. */
  long nextDue() {
    return timed == null ? System.nanoTime() : timed.dueAt(offset, turn);
  }

  /** Takes the next turn: the time from which its latency counts. */
  long take(long now) {
    return timed == null ? now : timed.dueAt(offset, turn++);
  }
}
