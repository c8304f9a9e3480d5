package io.fdgate.gateway.listener;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.SystemError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only handler of a listening channel: gives each accepted connection its protocol.
 *
 * <p>It stands in for ServerBootstrap, whose options and attributes take long to load while the
 * first client waits.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(AcceptHandler.class);
  private static final long PAUSE_MILLIS = 1_000;
  private static final int SHARE = 4;
  private static final int MOST_A_TURN = 1_024;

  private final Connections connections;
  private Binding binding;
  private Binding.Service.Connections service;
  private boolean paused;

  AcceptHandler(Binding binding, Binding.Service.Connections service, Connections connections) {
    this.binding = binding;
    this.service = service;
    this.connections = connections;
  }

  /** Serves connections from now on by another plan. */
  void serve(Binding other, Binding.Service.Connections otherService) {
    binding = other;
    service = otherService;
  }

  /** Whether the next connection's protocol uses the socket itself. */
  boolean takesSockets() {
    return binding.takesSockets();
  }

  /** Leaves clients in the kernel's queue. */
  void pause(ChannelConfig config) {
    paused = true;
    config.setAutoRead(false);
  }

  void resume(ChannelConfig config) {
    paused = false;
    config.setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    connections.serve((Channel) message, binding, service);
  }

  /**
   * Lets the next turn of the loop accept a quarter as many connections as are open. Netty accepts
   * one: as a turn serves all that have sent something, of thousands that come again and again
   * those who are in would starve those who wait. All that wait at once would make the opening of
   * connections slower, as gateway and clients then wait for each other; and without a bound a
   * flood of connections would hold up the others.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    MaxMessagesRecvByteBufAllocator accepting = ctx.channel().config().getRecvByteBufAllocator();
    long share = binding.counters().openConnections() / SHARE;
    accepting.maxMessagesPerRead(Math.clamp(share, 1, MOST_A_TURN));
  }

  /**
   * accept(2) failed, as it does without free descriptors (EMFILE). Clients stay in the kernel's
   * queue, and the loop would spin on them: so accepting pauses.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (connections.acceptThrottle().pass().isPresent()) {
      logger.warn(
          LogEvent.ACCEPT_PAUSED,
          "{} cannot accept ({}), trying again in {} ms",
          binding.socket(),
          SystemError.text(cause),
          PAUSE_MILLIS);
    }
    ChannelConfig config = ctx.channel().config();
    config.setAutoRead(false);
    ctx.channel()
        .eventLoop()
        .schedule(() -> config.setAutoRead(!paused), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
