package io.fdgate.protocol.echo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Has all connections of an event loop read into one buffer, as long as whoever read from it last
 * has let go of it: it stays in the processor's cache, and is large enough to empty a socket in one
 * call. Whoever keeps it costs the loop a new one, and should rather keep a copy of what was read.
 */
final class HotBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
  static final int CAPACITY = 64 * 1024;

  /** The one of all sockets: what is a thread's outlives a socket, and its configuration. */
  static final HotBuffer OF_ITS_LOOP = new HotBuffer();

  private final FastThreadLocal<@Nullable ByteBuf> current =
      new FastThreadLocal<>() {
        @Override
        protected void onRemoval(@Nullable ByteBuf buffer) {
          if (buffer != null) {
            buffer.release();
          }
        }
      };

  @Override
  @SuppressWarnings("deprecation") // the interface that channels still ask for
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return take(allocator);
      }

      @Override
      public int guess() {
        return CAPACITY;
      }
    };
  }

  /** The buffer, empty, and the caller's to release; called on an event loop. */
  private ByteBuf take(ByteBufAllocator allocator) {
    ByteBuf buffer = current.get();
    if (buffer == null || buffer.refCnt() != 1) {
      if (buffer != null) {
        buffer.release();
      }
      buffer = allocator.directBuffer(CAPACITY, CAPACITY);
      current.set(buffer);
    }
    return buffer.clear().retain();
  }
}
