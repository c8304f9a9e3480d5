package io.fdgate.load;

import io.fdgate.protocol.SystemError;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.PortUnreachableException;
import org.jspecify.annotations.Nullable;

/** One connection in the language of its target. The last handler of its pipeline. */
abstract class Wire extends ChannelInboundHandlerAdapter {
  private final Lane lane;
  private @Nullable ChannelHandlerContext context;
  private boolean orderly;
  private String closedBecause = "the target closed the connection";

  Wire(Lane lane) {
    this.lane = lane;
  }

  final Lane lane() {
    return lane;
  }

  /**
   * Sends messages of consecutive numbers.
   *
   * @param first the number of the first
   */
  abstract void send(long first, int count);

  /** Whether a message or its answer may be lost while the connection goes on. */
  boolean losesMessages() {
    return false;
  }

  /** The connection's end is announced, and no problem; nothing more is sent on it. */
  final void orderly() {
    orderly = true;
  }

  final boolean isEnding() {
    return orderly;
  }

  final ChannelHandlerContext context() {
    ChannelHandlerContext active = context;
    if (active == null) {
      throw new IllegalStateException("not connected");
    }
    return active;
  }

  final void close() {
    context().close();
  }

  /** Ends the whole run: what came is not what must come. */
  final void wrong(String what) {
    lane.worker()
        .fail(
            LoadException.target(
                lane.worker().plan().target().text()
                    + ": wrong answer on connection "
                    + (lane.index() + 1)
                    + ": "
                    + what));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (orderly && lane.inFlight() == 0) {
      ctx.close();
    } else {
      lane.fill(System.nanoTime());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lane.closed(orderly, closedBecause);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Channel channel = ctx.channel();
    closedBecause = SystemError.text(cause);
    if (cause instanceof PortUnreachableException) {
      lane.worker().problem(Problem.CONNECT, "nothing listens there");
    } else if (lane.worker().isRunning() && !(cause instanceof java.io.IOException)) {
      wrong(closedBecause);
    }
    if (!losesMessages()) {
      channel.close();
    }
  }
}
