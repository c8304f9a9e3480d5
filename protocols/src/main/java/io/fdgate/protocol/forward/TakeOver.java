package io.fdgate.protocol.forward;

import io.fdgate.protocol.GatewayEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * Takes a client's socket from its channel, which is kept for its end only: it is closed last, and
 * when the gateway closes it the relay ends.
 */
final class TakeOver extends ChannelInboundHandlerAdapter {
  private final ForwardService service;
  private ByteBuf early = Unpooled.EMPTY_BUFFER;
  private @Nullable Relay relay;

  private TakeOver(ForwardService service) {
    this.service = service;
  }

  /** Called before the connection is registered; it reads nothing from then on. */
  static void of(Channel connection, ForwardService service) {
    connection.config().setAutoRead(false);
    connection.pipeline().addLast("forward", new TakeOver(service));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Channel client = ctx.channel();
    client
        .deregister()
        .addListener(left -> {
          if (client.isOpen()) {
            relay = new Relay(client, service, early);
            relay.start();
          } else {
            early.release();
          }
        });
  }

  /** A channel reads once, whatever it was told, if the peer's end was seen at first. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    early = Unpooled.wrappedBuffer(early, (ByteBuf) message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    // DRAIN: what is open goes on. The end of input is seen again by the relay.
    if (event == GatewayEvent.LEAVE) {
      if (relay != null) {
        relay.leave();
      }
    } else if (event != GatewayEvent.DRAIN && event != ChannelInputShutdownEvent.INSTANCE) {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
