package io.fdgate.gateway.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Closes the connection of a peer that is not trusted, as soon as it is there. */
final class RefusalHandler extends ChannelInboundHandlerAdapter {
  private final ProxyEdge edge;

  RefusalHandler(ProxyEdge edge) {
    this.edge = edge;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    edge.refuse(ctx.channel(), "it is not one of accept_proxy_protocol");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
