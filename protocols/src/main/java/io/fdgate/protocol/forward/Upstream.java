package io.fdgate.protocol.forward;

import io.fdgate.protocol.DialAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that takes connections, and what is known of it. Thread-safe. */
final class Upstream {
  private static final long SKIPPED_NANOS = Duration.ofSeconds(5).toNanos();

  private final DialAddress address;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean refused;
  private volatile long refusedAt;

  Upstream(DialAddress address) {
    this.address = address;
  }

  DialAddress address() {
    return address;
  }

  int connections() {
    return connections.get();
  }

  /** It took a connection. */
  void opened() {
    refused = false;
    connections.incrementAndGet();
  }

  void closed() {
    connections.decrementAndGet();
  }

  /** It did not take a connection. */
  void refuse(long nanoTime) {
    refusedAt = nanoTime;
    refused = true;
  }

  /** Whether it refused so lately that others are asked first. */
  boolean isSkipped(long nanoTime) {
    return refused && nanoTime - refusedAt < SKIPPED_NANOS;
  }
}
