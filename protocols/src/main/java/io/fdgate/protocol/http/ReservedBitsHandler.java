package io.fdgate.protocol.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Refuses reserved bits that no extension has taken (RFC 6455, section 5.2). Netty's decoder leaves
 * them to the extensions as soon as any could be agreed on.
 */
final class ReservedBitsHandler extends ChannelInboundHandlerAdapter {
  private boolean refused;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof WebSocketFrame frame && frame.rsv() != 0) {
      refused = true;
      frame.release();
      ctx.writeAndFlush(
              new CloseWebSocketFrame(WebSocketCloseStatus.PROTOCOL_ERROR, "reserved bits are set"))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
