package io.fdgate.load;

import org.jspecify.annotations.Nullable;

/**
 * A place for one connection: what is in flight on it, and what is to be sent when. It outlives the
 * connection, which is opened again when it is lost. Used on its worker's event loop alone.
 *
 * <p>Messages are numbered in the order in which they are sent. Their times are kept in a ring, in
 * which a lost datagram leaves a hole until it counts as lost.
 */
final class Lane {
  private static final long DONE = Long.MIN_VALUE;
  private static final int SPARE = 4;

  private final Worker worker;
  private final int index;
  private final int depth;
  private final Pace pace;

  /** When each message in flight was due, in closed loop sent; DONE once answered. */
  private final long[] due;

  private final long[] sent;
  private final int mask;
  private long head;
  private long tail;
  private int inFlight;
  private @Nullable Wire wire;

  Lane(Worker worker, int index, Pace pace, int depth) {
    this.worker = worker;
    this.index = index;
    this.pace = pace;
    this.depth = depth;
    int size = Integer.highestOneBit(SPARE * depth - 1) * 2;
    due = new long[size];
    sent = new long[size];
    mask = size - 1;
  }

  Worker worker() {
    return worker;
  }

  int index() {
    return index;
  }

  int inFlight() {
    return inFlight;
  }

  /** Takes a connection. */
  void opened(Wire opened) {
    wire = opened;
    worker.connections().opened();
    if (worker.isRunning()) {
      fill(System.nanoTime());
    }
  }

  /** Sends what is due and has room. */
  void fill(long now) {
    Wire open = wire;
    if (open == null || open.isEnding() || !worker.isRunning()) {
      return;
    }
    long first = head;
    while (inFlight < depth && head - tail <= mask && pace.isDue(now)) {
      int slot = (int) head & mask;
      due[slot] = pace.take(now);
      sent[slot] = now;
      head++;
      inFlight++;
    }
    if (head != first) {
      open.send(first, (int) (head - first));
    }
  }

  /** The timer of the open loop says that a message is due. */
  void due(long now) {
    if (inFlight < depth && wire != null && pace.isDue(now)) {
      worker.tally().sentLate(now - pace.nextDue());
    }
    fill(now);
  }

  /** The number of the longest unanswered message. */
  long oldest() {
    return tail;
  }

  /**
   * Takes an answer.
   *
   * @return whether that message was in flight
   */
  boolean answered(long number, long now) {
    int slot = (int) number & mask;
    if (number - tail < 0 || number - head >= 0 || due[slot] == DONE) {
      return false;
    }
    worker.answered(now - due[slot]);
    done(slot);
    return true;
  }

  /** Takes a bad answer: counted as a problem, not as a latency. */
  void failed(long number, Problem kind, String what) {
    int slot = (int) number & mask;
    if (number - tail >= 0 && number - head < 0 && due[slot] != DONE) {
      worker.problem(kind, what);
      done(slot);
    }
  }

  private void done(int slot) {
    due[slot] = DONE;
    inFlight--;
    while (tail != head && due[(int) tail & mask] == DONE) {
      tail++;
    }
  }

  /** Counts datagrams as lost whose answer is overdue, and ends a connection that stands still. */
  void expire(long now, long timeoutNanos) {
    Wire open = wire;
    if (open == null || inFlight == 0 || now - sent[(int) tail & mask] < timeoutNanos) {
      return;
    }
    if (!open.losesMessages()) {
      worker.problem(Problem.TIMEOUT, "no answer within the --timeout");
      drop();
      open.orderly(); // it is counted already
      open.close();
      return;
    }
    while (tail != head && now - sent[(int) tail & mask] >= timeoutNanos) {
      worker.tally().lost();
      done((int) tail & mask);
    }
    fill(now);
  }

  /**
   * The connection is gone, with all that was in flight on it.
   *
   * @param orderly whether that was announced, so that it is no problem
   */
  void closed(boolean orderly, String why) {
    if (wire == null) {
      return;
    }
    drop();
    wire = null;
    if (worker.isRunning()) {
      if (!orderly) {
        worker.problem(Problem.CLOSED, why);
      }
      worker.connections().open(this, orderly);
    }
  }

  private void drop() {
    tail = head;
    inFlight = 0;
  }

  /** Counts what has no answer at the end; where messages have a time, their wait counts too. */
  void end(long now) {
    for (long number = tail; number != head; number++) {
      long since = due[(int) number & mask];
      if (since != DONE && pace.isTimed()) {
        worker.tally().unanswered(now - since);
      }
    }
    while (pace.isTimed() && pace.isDue(now)) {
      worker.tally().unanswered(now - pace.take(now));
    }
    close();
  }

  void close() {
    if (wire != null) {
      wire.close();
    }
  }
}
