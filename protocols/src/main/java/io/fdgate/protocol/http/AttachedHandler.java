package io.fdgate.protocol.http;

import io.fdgate.protocol.StreamHandler;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** A handler that remembers where in its pipeline it is. */
abstract class AttachedHandler extends StreamHandler {
  private @Nullable ChannelHandlerContext context;

  @Override
  public final void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    added(ctx);
  }

  /** Called when the handler is in its pipeline. */
  void added(ChannelHandlerContext ctx) {}

  final ChannelHandlerContext ctx() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return ctx;
  }
}
