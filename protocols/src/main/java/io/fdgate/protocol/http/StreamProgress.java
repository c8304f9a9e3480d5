package io.fdgate.protocol.http;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * When a stream last moved, and at what pace it does. It is looked at from time to time, which is
 * cheaper than a timer for each stream.
 */
final class StreamProgress {
  private final PeerPace pace = new PeerPace();
  private long received;
  private long receivedThen;
  private long pendingThen;
  private long movedNanos;
  private long periodNanos;
  private boolean looked;

  /** A frame has come. */
  void received() {
    received++;
  }

  /**
   * Whether the peer has neither sent nor taken anything for too long.
   *
   * @param ours whether it waits for us, provided that nothing waits for it
   */
  boolean isStalled(Channel stream, boolean ours, long nowNanos, long idleNanos) {
    long pending = pending(stream);
    boolean moved = received != receivedThen || pending != pendingThen;
    if (!looked || moved || (ours && pending == 0)) {
      looked = true;
      receivedThen = received;
      pendingThen = pending;
      movedNanos = nowNanos;
      return false;
    }
    return nowNanos - movedNanos >= idleNanos;
  }

  /**
   * Whether the peer sends or takes too little in each of a number of nanoseconds.
   *
   * @param awaited whether a part of the request is still to come
   * @param exchange the stream's, which may have ended; null before there is one
   */
  boolean isTooSlow(
      Channel stream, boolean awaited, @Nullable Exchange exchange, long nowNanos, long nanos) {
    if (exchange == null || (periodNanos != 0 && nowNanos - periodNanos < nanos)) {
      return false;
    }
    boolean slow =
        pace.isTooSlow(awaited, exchange.body().received(), exchange.sent(), pending(stream));
    boolean first = periodNanos == 0;
    periodNanos = nowNanos;
    return slow && !first;
  }

  /** The bytes that were written and wait for the socket or for a window. Any thread. */
  static long pending(Channel stream) {
    return stream.isWritable()
        ? stream.config().getWriteBufferHighWaterMark() + 1 - stream.bytesBeforeUnwritable()
        : stream.config().getWriteBufferLowWaterMark() - 1 + stream.bytesBeforeWritable();
  }
}
