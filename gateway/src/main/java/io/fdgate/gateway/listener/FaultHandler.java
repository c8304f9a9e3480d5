package io.fdgate.gateway.listener;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.StreamHandler;
import io.fdgate.protocol.Throttle;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of every connection: ends those whose protocol has thrown something and does not
 * deal with it, so that they do not stay behind. A protocol may add handlers later, as HTTP does
 * for WebSocket: those are asked first.
 */
@Sharable
final class FaultHandler extends StreamHandler {
  private static final Logger logger = LoggerFactory.getLogger(FaultHandler.class);

  private final Throttle throttle = new Throttle();

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
