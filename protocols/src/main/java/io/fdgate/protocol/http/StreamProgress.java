package io.fdgate.protocol.http;

import io.netty.channel.Channel;

/**
 * When a stream last moved. It is looked at from time to time, which is cheaper than a timer for
 * each stream.
 */
final class StreamProgress {
  private long received;
  private long receivedThen;
  private long pendingThen;
  private long movedNanos;
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

  /** The bytes that were written and wait for the socket or for a window. */
  private static long pending(Channel stream) {
    return stream.isWritable()
        ? stream.config().getWriteBufferHighWaterMark() + 1 - stream.bytesBeforeUnwritable()
        : stream.config().getWriteBufferLowWaterMark() - 1 + stream.bytesBeforeWritable();
  }
}
