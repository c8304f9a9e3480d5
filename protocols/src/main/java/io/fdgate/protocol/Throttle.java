package io.fdgate.protocol;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one log line a second through, and counts those that it holds back. Thread-safe. */
public final class Throttle {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTime;
  private final AtomicLong next;
  private final AtomicLong heldBack = new AtomicLong();

  /** Lets the first line through. */
  public Throttle() {
    this(System::nanoTime);
  }

  /** For tests, with a clock of their own. */
  public Throttle(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.next = new AtomicLong(nanoTime.getAsLong());
  }

  /** How many lines were held back before this one; empty if this one is held back too. */
  public OptionalLong pass() {
    long now = nanoTime.getAsLong();
    long due = next.get();
    if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
      heldBack.incrementAndGet();
      return OptionalLong.empty();
    }
    return OptionalLong.of(heldBack.getAndSet(0));
  }
}
