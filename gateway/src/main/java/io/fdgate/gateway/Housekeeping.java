package io.fdgate.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the main thread does while the event loops serve: it waits for requests, and for chores. */
final class Housekeeping {
  private final Requests requests;
  private final Runnable reload;
  private final List<Chore> chores = new ArrayList<>();

  /**
   * Nothing to do yet.
   *
   * @param reload run when SIGHUP asks for it
   */
  Housekeeping(Requests requests, Runnable reload) {
    this.requests = requests;
    this.reload = reload;
  }

  /** Does something again and again, first when the time has passed once. */
  void every(Duration period, Runnable action) {
    chores.add(new Chore(period.toNanos(), action));
  }

  /** Forgets all chores. */
  void clear() {
    chores.clear();
  }

  /** Returns when the service is to stop. */
  void run() throws InterruptedException {
    while (true) {
      switch (requests.await(untilNext())) {
        case STOP -> {
          return;
        }
        case RELOAD -> reload.run();
        case NOTHING -> {
          for (Chore chore : List.copyOf(chores)) {
            chore.runIfDue();
          }
        }
      }
    }
  }

  private long untilNext() {
    long now = System.nanoTime();
    long next = Long.MAX_VALUE >> 1;
    for (Chore chore : chores) {
      next = Math.min(next, chore.due - now);
    }
    return next;
  }

  private static final class Chore {
    private final long periodNanos;
    private final Runnable action;
    private long due;

    Chore(long periodNanos, Runnable action) {
      this.periodNanos = periodNanos;
      this.action = action;
      due = System.nanoTime() + periodNanos;
    }

    void runIfDue() {
      long now = System.nanoTime();
      if (now - due >= 0) {
        due = now + periodNanos;
        action.run();
      }
    }
  }
}
