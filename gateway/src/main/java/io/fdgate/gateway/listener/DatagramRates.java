package io.fdgate.gateway.listener;

import io.fdgate.protocol.Endpoint;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Counts the datagrams of each source within a second, in memory that forged addresses cannot make
 * grow: sources share a counter by chance, and other ones each second. Used on one event loop.
 */
final class DatagramRates {
  private static final int COUNTERS = 1 << 14;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int limit;
  private final int[] counters = new int[COUNTERS];
  private long secondBegan;
  private long seed;

  /** Nobody has sent anything. */
  DatagramRates(int limit) {
    this.limit = limit;
    begin(System.nanoTime());
  }

  /** Counts a datagram; whether it is within the limit. */
  boolean admits(Endpoint source) {
    return admits(source, System.nanoTime());
  }

  boolean admits(Endpoint source, long now) {
    if (now - secondBegan >= SECOND_NANOS) {
      begin(now);
    }
    long number =
        source instanceof Endpoint.Inet inet
            ? Admission.network(inet.address().getAddress().getAddress())
            : source.hashCode();
    // The finalizer of SplitMix64.
    long mixed = (number ^ seed) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    int counter = (int) (mixed >>> 32) & (COUNTERS - 1);
    return ++counters[counter] <= limit;
  }

  private void begin(long now) {
    secondBegan = now;
    seed = ThreadLocalRandom.current().nextLong();
    Arrays.fill(counters, 0);
  }
}
