package io.fdgate.protocol.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** A handler that remembers where in its pipeline it is. */
abstract class AttachedHandler extends ChannelInboundHandlerAdapter {
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
