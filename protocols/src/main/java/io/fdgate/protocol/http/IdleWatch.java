package io.fdgate.protocol.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/** Netty's watch for connections on which nothing is read or written. */
final class IdleWatch extends IdleStateHandler {
  IdleWatch(long idleMillis) {
    super(true, 0, 0, idleMillis, TimeUnit.MILLISECONDS);
  }

  /** Without the listener of the superclass, for which each write has a promise: flushes count. */
  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    ctx.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    resetWriteTimeout();
    ctx.flush();
  }
}
