package io.fdgate.protocol.http;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each data frame back as it came, fragments as fragments. It reads only while the peer takes
 * what was written.
 */
final class WebSocketEcho extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(WebSocketEcho.class);

  private final Counters counters;
  private boolean ended;

  WebSocketEcho(Counters counters) {
    this.counters = counters;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof WebSocketFrame && !ended) {
      ctx.write(message);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.flush();
    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    // Not a switch over the type: that would be linked for the event of the handshake.
    if (event == GatewayEvent.DRAIN) {
      end(ctx, "the gateway stops");
    } else if (event instanceof IdleStateEvent) {
      end(ctx, "idle");
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** Frames that are on their way must not reset the connection. */
  private void end(ChannelHandlerContext ctx, String reason) {
    if (!ended) {
      ended = true;
      ctx.write(new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, reason));
      Linger.close(ctx, true);
      ctx.channel().config().setAutoRead(true);
    }
  }

  /** A malformed frame, which Netty has answered, or a reset: the peer's affair. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    counters.peerFault();
    logger.debug(
        LogEvent.CONNECTION_BROKEN,
        "WebSocket {} broken: {}",
        Proxied.source(ctx.channel()),
        cause.toString());
  }
}
