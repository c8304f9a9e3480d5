package io.fdgate.protocol.forward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The upstreams of one socket, and whose turn it is. Thread-safe. */
final class Upstreams {
  private final List<Upstream> all;
  private final boolean leastConnections;
  private final AtomicInteger turn = new AtomicInteger();

  Upstreams(List<Upstream> all, boolean leastConnections) {
    this.all = List.copyOf(all);
    this.leastConnections = leastConnections;
  }

  /** The one that a connection of another process is counted for: which it went to is forgotten. */
  Upstream first() {
    return all.getFirst();
  }

  /**
   * All of them, in the order in which to ask them for one connection. Those that refused one a
   * short time ago come last, but they do come.
   */
  List<Upstream> inTurn(long nanoTime) {
    if (all.size() == 1) {
      return all;
    }
    int first = Math.floorMod(turn.getAndIncrement(), all.size());
    List<Upstream> order = new ArrayList<>(all.subList(first, all.size()));
    order.addAll(all.subList(0, first));
    if (leastConnections) {
      order.sort(Comparator.comparingInt(Upstream::connections));
    }
    order.sort(Comparator.comparing(upstream -> upstream.isSkipped(nanoTime)));
    return order;
  }
}
