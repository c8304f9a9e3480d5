package io.fdgate.protocol;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What is counted for one inherited socket. Thread-safe; reads are not a snapshot. */
public final class Counters {
  private final LongAdder connectionsAccepted = new LongAdder();
  private final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder peerFaults = new LongAdder();
  private final LongAdder datagramsReceived = new LongAdder();
  private final LongAdder datagramsSent = new LongAdder();
  private final Map<DropReason, LongAdder> dropped = new EnumMap<>(DropReason.class);

  /** Starts at zero. */
  public Counters() {
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  /** Counts a connection that was accepted, or inherited already connected. */
  public void connectionOpened() {
    connectionsAccepted.increment();
  }

  /** Counts the end of a connection. */
  public void connectionClosed() {
    connectionsClosed.increment();
  }

  /** Counts a connection that a peer broke: reset, malformed input, a limit. */
  public void peerFault() {
    peerFaults.increment();
  }

  /** Counts datagrams that were received. */
  public void datagramsReceived(long count) {
    datagramsReceived.add(count);
  }

  /** Counts datagrams that were sent. */
  public void datagramsSent(long count) {
    datagramsSent.add(count);
  }

  /** Counts a datagram that was not answered. */
  public void datagramDropped(DropReason reason) {
    adder(reason).increment();
  }

  /** Connections since the start. */
  public long connections() {
    return connectionsAccepted.sum();
  }

  /** Connections that are open now. */
  public long openConnections() {
    return connectionsAccepted.sum() - connectionsClosed.sum();
  }

  /** Connections that a peer broke. */
  public long peerFaults() {
    return peerFaults.sum();
  }

  /** Datagrams received since the start. */
  public long datagramsReceived() {
    return datagramsReceived.sum();
  }

  /** Datagrams sent since the start. */
  public long datagramsSent() {
    return datagramsSent.sum();
  }

  /** Datagrams not answered since the start, for one reason. */
  public long datagramsDropped(DropReason reason) {
    return adder(reason).sum();
  }

  private LongAdder adder(DropReason reason) {
    LongAdder adder = dropped.get(reason);
    if (adder == null) {
      throw new IllegalStateException("no counter for " + reason);
    }
    return adder;
  }
}
