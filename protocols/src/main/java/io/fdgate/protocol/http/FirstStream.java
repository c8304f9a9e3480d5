package io.fdgate.protocol.http;

import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.lang.reflect.Field;

/**
 * Makes the first stream of a connection writable that systemd has accepted ({@code Accept=yes}).
 *
 * <p>Netty 4.2.18's multiplexer takes itself for a client where a connection has no listening
 * channel as its parent, whatever its codec was built for, and then shuts the output of stream 1,
 * as it must not be written after a client's upgrade. No constructor gives such a connection a
 * parent, hence the reflection.
 */
final class FirstStream {
  private FirstStream() {}

  /** Called when the stream's channel is initialized. */
  static void open(Http2StreamChannel stream) {
    if (stream.stream().id() == Http2CodecUtil.HTTP_UPGRADE_STREAM_ID
        && !(stream.parent().parent() instanceof ServerChannel)) {
      try {
        Field closed =
            Class.forName("io.netty.handler.codec.http2.AbstractHttp2StreamChannel")
                .getDeclaredField("outboundClosed");
        closed.setAccessible(true);
        closed.setBoolean(stream, false);
      } catch (ReflectiveOperationException changed) {
        throw new IllegalStateException(changed);
      }
    }
  }
}
