package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * What a protocol holds for a connection besides what is in the channel's own buffer, so that
 * max_buffered counts it.
 */
public interface BufferedBytes {
  /** Where a protocol puts it on a connection that it holds something for. */
  AttributeKey<BufferedBytes> KEY = AttributeKey.valueOf(BufferedBytes.class, "buffered");

  /** The bytes held now. Any thread; may be a moment old. */
  long bufferedBytes();

  /** The bytes held for a connection. Any thread. */
  static long of(Channel connection) {
    BufferedBytes held = connection.hasAttr(KEY) ? connection.attr(KEY).get() : null;
    return held == null ? 0 : held.bufferedBytes();
  }
}
