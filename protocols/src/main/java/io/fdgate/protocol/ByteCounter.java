package io.fdgate.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;

/**
 * Counts the bytes of a connection as they pass. The gateway puts it next to the socket, and only
 * while some protocol shows what is counted.
 */
public final class ByteCounter extends ChannelDuplexHandler {
  private final Counters counters;

  /** For one connection. */
  public ByteCounter(Counters counters) {
    this.counters = counters;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      counters.bytesReceived(bytes.readableBytes());
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      counters.bytesSent(bytes.readableBytes());
    } else if (message instanceof FileRegion region) {
      counters.bytesSent(region.count());
    }
    ctx.write(message, promise);
  }
}
