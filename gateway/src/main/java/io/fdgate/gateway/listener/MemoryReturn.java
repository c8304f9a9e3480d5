package io.fdgate.gateway.listener;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives the memory of connections back to the system when most of many have gone. The collector
 * does so only when it collects everything, and without connections it has no reason to.
 * Thread-safe.
 */
final class MemoryReturn {
  /** Fewer than these take no memory to speak of. */
  static final int MANY = 2_000;

  private static final int FRACTION = 8;
  private static final int GRACE_SECONDS = 2;

  private final Runnable collector;
  private final AtomicInteger most = new AtomicInteger();

  /**
   * Starts without connections.
   *
   * @param collector collects everything; may take its time, but must not block its caller
   */
  MemoryReturn(Runnable collector) {
    this.collector = collector;
  }

  /** Collects on a thread of its own, when those that are still closing have had the time to. */
  static MemoryReturn ofThisProcess() {
    return new MemoryReturn(() -> {
      Thread thread = new Thread(MemoryReturn::collect, "memory-return");
      thread.setDaemon(true);
      thread.start();
    });
  }

  private static void collect() {
    try {
      TimeUnit.SECONDS.sleep(GRACE_SECONDS);
    } catch (InterruptedException stopped) {
      return; // nobody does that to a thread of ours
    }
    System.gc();
  }

  /** So many connections are open now, one more than before. */
  void opened(int count) {
    int known = most.get();
    if (count > known) {
      // One that another thread has counted meanwhile does not matter.
      most.compareAndSet(known, count);
    }
  }

  /** So many connections are open now, one less than before. */
  void closed(int count) {
    int known = most.get();
    if (known >= MANY && count <= known / FRACTION && most.compareAndSet(known, count)) {
      collector.run();
    }
  }
}
