package io.fdgate.protocol.echo;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.KeptConnection;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes back what it reads, buffer for buffer. It reads only while the peer takes what was
 * written: past the high watermark reading stops, so that a client which never reads costs about
 * two watermarks and one read buffer.
 *
 * <p>What the socket takes at once goes to it at once, past Netty's queue of what is to be written.
 * A handler before this one that has a part in writing, such as one that counts bytes, has
 * everything written by way of it.
 */
final class EchoHandler extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(EchoHandler.class);

  private final Counters counters;
  private @Nullable Socket socket;
  private boolean leaving;
  private boolean broken;

  EchoHandler(Counters counters) {
    this.counters = counters;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    socket = ownSocket(ctx);
    ctx.fireChannelActive();
  }

  /** The socket, if no other handler has a part in writing; none is added to a pipeline later. */
  private @Nullable Socket ownSocket(ChannelHandlerContext ctx) {
    for (Map.Entry<String, ChannelHandler> each : ctx.pipeline()) {
      if (each.getValue() == this) {
        break;
      }
      if (each.getValue() instanceof ChannelOutboundHandler) {
        return null;
      }
    }
    return ctx.channel() instanceof UnixChannel channel && channel.fd() instanceof Socket own
        ? own
        : null;
  }

  /** Written at once, the buffer is free for the next read, and still hot. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean behind = isBehind(ctx);
    Socket own = socket;
    if (own != null && !behind && bytes.hasMemoryAddress()) {
      try {
        bytes.skipBytes(
            own.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex()));
      } catch (IOException refused) {
        bytes.release();
        exceptionCaught(ctx, refused);
        return;
      }
      if (!bytes.isReadable()) {
        bytes.release();
        return;
      }
    }
    ctx.writeAndFlush(behind ? compact(ctx, bytes) : bytes, ctx.voidPromise());
    if (!ctx.channel().isWritable()) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  private static boolean isBehind(ChannelHandlerContext ctx) {
    ChannelOutboundBuffer unsent = ctx.channel().unsafe().outboundBuffer();
    return unsent != null && unsent.totalPendingWriteBytes() > 0;
  }

  /** What has to wait must not keep a whole read buffer for a few bytes. */
  private static ByteBuf compact(ChannelHandlerContext ctx, ByteBuf bytes) {
    if (bytes.readableBytes() > bytes.capacity() / 2) {
      return bytes;
    }
    try {
      return ctx.alloc().directBuffer(bytes.readableBytes()).writeBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  /** Nobody behind it wants to know. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {}

  /** Reading is stopped only by what a flush has left: two calls of epoll_ctl(2) otherwise. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      ctx.channel().config().setAutoRead(!leaving);
    }
  }

  /** The peer has sent everything: close behind the last byte of the answer. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    } else if (event == GatewayEvent.LEAVE) {
      leaving = true;
      ctx.channel().config().setAutoRead(false);
      leaveBehindTheLastByte(ctx);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** The peer's end is read, and what came before it, whatever the channel was told. */
  private void leaveBehindTheLastByte(ChannelHandlerContext ctx) {
    // A task of its own: the write that tells of its end still counts.
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess()) {
            ctx.executor().execute(() -> leaveIfNothingWaits(ctx));
          }
        });
  }

  private void leaveIfNothingWaits(ChannelHandlerContext ctx) {
    if (isBehind(ctx)) {
      leaveBehindTheLastByte(ctx);
    } else {
      KeptConnection.of(ctx.channel()).ifPresent(KeptConnection::leave);
    }
  }

  /** A reset or a broken pipe: the peer's affair. With it fails each write that waits. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!broken) {
      broken = true;
      counters.peerFault();
      logger.debug(
          LogEvent.CONNECTION_BROKEN,
          "connection {} broken: {}",
          Proxied.source(ctx.channel()),
          cause.toString());
    }
    ctx.close();
  }
}
