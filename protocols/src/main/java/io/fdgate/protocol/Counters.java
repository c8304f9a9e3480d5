package io.fdgate.protocol;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is counted for one inherited socket. Thread-safe; reads are not a snapshot.
 *
 * <p>What costs something on the way of the data, bytes of connections and times, is counted only
 * when a protocol that shows it is served too: see {@link Protocol#observes()}.
 */
public final class Counters {
  private static final int REJECT_REASONS = RejectReason.values().length;
  private static final int STATUS_CLASSES = 6;

  private final LongAdder connectionsAccepted = new LongAdder();
  private final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder peerFaults = new LongAdder();
  private final LongAdder datagramsReceived = new LongAdder();
  private final LongAdder datagramsSent = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final Map<DropReason, LongAdder> dropped = new EnumMap<>(DropReason.class);
  private final LongAdder[] rejected = new LongAdder[REJECT_REASONS];
  private final LongAdder[] requests = new LongAdder[STATUS_CLASSES];
  // Null unless somebody looks.
  private volatile @Nullable Times times;

  /** Starts at zero. */
  public Counters() {
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, new LongAdder());
    }
    for (int i = 0; i < rejected.length; i++) {
      rejected[i] = new LongAdder();
    }
    for (int i = 0; i < requests.length; i++) {
      requests[i] = new LongAdder();
    }
  }

  /** Begins to take times and count the bytes of connections. Main thread, any number of times. */
  public void observe() {
    if (times == null) {
      times = new Times();
    }
  }

  /** Whether times are taken and the bytes of connections are counted. */
  public boolean isObserved() {
    return times != null;
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

  /** Counts a connection that was turned away. */
  public void connectionRejected(RejectReason reason) {
    rejected[reason.ordinal()].increment();
  }

  /** Counts bytes that peers sent. */
  public void bytesReceived(long count) {
    bytesReceived.add(count);
  }

  /** Counts bytes that were sent to peers. */
  public void bytesSent(long count) {
    bytesSent.add(count);
  }

  /**
   * Counts an HTTP request that was answered.
   *
   * @param status of the answer, from 100 to 599
   */
  public void requestAnswered(int status) {
    requests[status / 100].increment();
  }

  /** Takes the time from the start of the process until this socket was served. */
  public void activated(long nanos) {
    Times taken = times;
    if (taken != null) {
      taken.activation.record(nanos);
    }
  }

  /** Takes the time from a request's head to the end of its answer. */
  public void requestTook(long nanos) {
    Times taken = times;
    if (taken != null) {
      taken.request.record(nanos);
    }
  }

  /** Takes the time until a program behind us took a client's connection. */
  public void connectTook(long nanos) {
    Times taken = times;
    if (taken != null) {
      taken.connect.record(nanos);
    }
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

  /** Connections turned away since the start, for one reason. */
  public long connectionsRejected(RejectReason reason) {
    return rejected[reason.ordinal()].sum();
  }

  /** Bytes received since the start: of datagrams, and of connections if they are counted. */
  public long bytesReceived() {
    return bytesReceived.sum();
  }

  /** Bytes sent since the start: of datagrams, and of connections if they are counted. */
  public long bytesSent() {
    return bytesSent.sum();
  }

  /**
   * HTTP requests answered since the start.
   *
   * @param statusClass the first digit of the answer's status
   */
  public long requestsAnswered(int statusClass) {
    return requests[statusClass].sum();
  }

  /** The times from the start of the process until the socket was served. */
  public Optional<LatencyHistogram> activationTimes() {
    return Optional.ofNullable(times).map(taken -> taken.activation);
  }

  /** The times of HTTP requests. */
  public Optional<LatencyHistogram> requestTimes() {
    return Optional.ofNullable(times).map(taken -> taken.request);
  }

  /** The times until programs behind us took connections. */
  public Optional<LatencyHistogram> connectTimes() {
    return Optional.ofNullable(times).map(taken -> taken.connect);
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

  /** What is taken only when somebody looks. */
  private static final class Times {
    private final LatencyHistogram activation = new LatencyHistogram();
    private final LatencyHistogram request = new LatencyHistogram();
    private final LatencyHistogram connect = new LatencyHistogram();
  }
}
