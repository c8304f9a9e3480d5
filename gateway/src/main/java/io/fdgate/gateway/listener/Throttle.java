package io.fdgate.gateway.listener;

import java.util.concurrent.TimeUnit;

/** Lets one log line a second through. Used on one event loop. */
final class Throttle {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private long last = System.nanoTime() - INTERVAL_NANOS;

  boolean passes() {
    long now = System.nanoTime();
    if (now - last < INTERVAL_NANOS) {
      return false;
    }
    last = now;
    return true;
  }
}
