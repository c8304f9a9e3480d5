package io.fdgate.gateway.listener;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.Throttle;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of every connection: ends those whose protocol has thrown something and does not
 * deal with it, so that they do not stay behind. A protocol may add handlers later, as HTTP does
 * for WebSocket: those are asked first.
 */
final class FaultHandler extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(FaultHandler.class);

  private final Throttle throttle = new Throttle();

  /**
   * Not by Netty's annotation: to read one, the JVM spins dynamic proxies at the first connection.
   */
  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ChannelPipeline pipeline = ctx.pipeline();
    if (pipeline.last() != this) {
      pipeline.remove(ctx.name());
      pipeline.addLast(ctx.name(), this);
      ctx.fireExceptionCaught(cause);
      return;
    }
    if (cause instanceof IOException) {
      logger.debug(
          LogEvent.CONNECTION_BROKEN,
          "connection {} broken: {}",
          Proxied.source(ctx.channel()),
          cause.toString());
    } else if (throttle.pass().isPresent()) {
      logger.warn(
          LogEvent.PROTOCOL_FAULT,
          "a protocol failed on connection {}, which is closed: this is a fault of the protocol's"
              + " code",
          Proxied.source(ctx.channel()),
          cause);
    }
    ctx.close();
  }
}
