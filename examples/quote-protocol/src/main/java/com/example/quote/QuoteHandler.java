package com.example.quote;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Says a quote and closes, whatever the client sends. One for each connection. */
final class QuoteHandler extends ChannelInboundHandlerAdapter {
  private final QuoteProtocol.Quotes quotes;

  QuoteHandler(QuoteProtocol.Quotes quotes) {
    this.quotes = quotes;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(quotes.next()).addListener(ChannelFutureListener.CLOSE);
  }

  /** Who takes a message releases it. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  /** A reset is the client's affair. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
