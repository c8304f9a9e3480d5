package io.fdgate.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * How a connection is closed so that its last answer arrives (RFC 9112, section 9.6). {@link
 * LateBody} does the same for a stream.
 */
final class Linger {
  /** How long the peer's remaining bytes are read before a close, or before a stream's reset. */
  static final long MILLIS = 2_000;

  /** How many of a stream's are read at most: a connection has many streams, and each lingers. */
  static final long STREAM_BYTES = 512 * 1024;

  private Linger() {}

  /**
   * Closes when all that was written has been sent. Its owner closes earlier when the peer does.
   *
   * @param linger whether the peer may still be sending: a close would reset the connection then,
   *     and take the answer with it
   */
  static void close(ChannelHandlerContext ctx, boolean linger) {
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess() && linger && ctx.channel() instanceof DuplexChannel channel) {
            channel.shutdownOutput();
            ctx.executor().schedule(() -> ctx.close(), MILLIS, TimeUnit.MILLISECONDS);
          } else {
            ctx.close();
          }
        });
  }
}
