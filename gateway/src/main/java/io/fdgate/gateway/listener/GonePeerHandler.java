package io.fdgate.gateway.listener;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Closes a VSOCK connection whose peer is gone with something on its way to it. For such a one the
 * kernel reports neither room to write nor EPOLLHUP (vsock_poll in net/vmw_vsock), so that Netty
 * would wait for ever; a send of nothing tells, with EPIPE. On its event loop; for one connection.
 */
final class GonePeerHandler extends ChannelInboundHandlerAdapter {
  private static final long PERIOD_MILLIS = 1_000;

  private boolean watching;

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    watch(ctx);
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      watch(ctx);
    }
    ctx.fireUserEventTriggered(event);
  }

  private void watch(ChannelHandlerContext ctx) {
    if (!watching) {
      watching = true;
      var _ = ctx.executor().schedule(() -> look(ctx), PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look(ChannelHandlerContext ctx) {
    watching = false;
    ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
    if (unsent == null || unsent.isEmpty()) {
      return;
    }
    ByteBuffer nothing = Unpooled.EMPTY_BUFFER.nioBuffer();
    try {
      ((Socket) ((UnixChannel) ctx.channel()).fd()).send(nothing, 0, 0);
      watch(ctx);
    } catch (IOException gone) {
      // As if a write had failed, for the protocol to count.
      ctx.fireExceptionCaught(gone);
      ctx.close();
    }
  }
}
