package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * The head that was decoded last of the requests without a body, with its bytes: who sends the same
 * bytes again, as a client does that asks for one thing again and again, is not decoded again. Used
 * on one event loop, and by connections with the same limits.
 */
final class LastHead {
  private static final int CAPACITY = 1024;

  private final ByteBuf bytes = Unpooled.buffer(CAPACITY, CAPACITY);
  private @Nullable HttpRequest request;

  /**
   * Keeps a head, unless it is large, or asks for another protocol, whose handlers may change it.
   *
   * @param from where it begins in the buffer
   */
  void keep(HttpRequest decoded, ByteBuf buffer, int from, int length) {
    if (length <= CAPACITY && !decoded.headers().contains(HttpHeaderNames.UPGRADE)) {
      bytes.clear().writeBytes(buffer, from, length);
      request = decoded;
    }
  }

  /** Takes the same head from the beginning of a buffer; null if there is another one. */
  @Nullable HttpRequest take(ByteBuf buffer) {
    int length = bytes.readableBytes();
    if (request == null
        || buffer.readableBytes() < length
        || !ByteBufUtil.equals(bytes, 0, buffer, buffer.readerIndex(), length)) {
      return null;
    }
    buffer.skipBytes(length);
    return request;
  }
}
