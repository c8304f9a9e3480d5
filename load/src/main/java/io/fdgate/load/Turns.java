package io.fdgate.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The open loop of a worker: its lanes take turns, at even distances, whatever the target does. */
final class Turns {
  private static final double SECOND = 1e9;

  private final Worker worker;
  private final double interval;
  private final int lanes;
  private long start;
  private long sent;

  /**
   * Turns that have yet to begin.
   *
   * @param rate messages a second in all
   */
  Turns(Worker worker, double rate, int lanes) {
    this.worker = worker;
    this.interval = SECOND / rate;
    this.lanes = lanes;
  }

  /** Begins, on the worker's loop. */
  void begin(long at) {
    start = at;
    sharpenTimers();
    turn();
  }

  /** When a lane's message of a turn is due. */
  long dueAt(int lane, long turn) {
    return start + (long) ((lane + (double) turn * lanes) * interval);
  }

  private void turn() {
    if (!worker.isRunning()) {
      return;
    }
    long now = System.nanoTime();
    long due = start + (long) (sent * interval);
    while (due - now <= 0) {
      worker.lanes().get((int) (sent % lanes)).due(now);
      sent++;
      due = start + (long) (sent * interval);
      now = System.nanoTime();
    }
    worker.loop().schedule(this::turn, due - now, TimeUnit.NANOSECONDS);
  }

  /** The kernel wakes a sleeper up to 50 µs late, which would count as latency. */
  private static void sharpenTimers() {
    try {
      String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
      Files.writeString(Path.of("/proc", thread, "timerslack_ns"), "1");
    } catch (IOException refused) {
      // It stays as it is.
    }
  }
}
