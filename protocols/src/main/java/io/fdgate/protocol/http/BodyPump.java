package io.fdgate.protocol.http;

import io.fdgate.protocol.LogEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FileRegion;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a body from its source to the channel while the channel is writable. A file region, whose
 * size the channel does not count, is waited for. Used on the event loop.
 */
final class BodyPump implements Runnable {
  /** Parts in a row, before other connections have their turn. */
  private static final int BURST = 32;

  private static final Logger logger = LoggerFactory.getLogger(BodyPump.class);

  private final ChannelHandlerContext ctx;
  private final Exchange exchange;
  private @Nullable BodySource source;
  private boolean running;
  private @Nullable FileRegion region;

  BodyPump(ChannelHandlerContext ctx, Exchange exchange) {
    this.ctx = ctx;
    this.exchange = exchange;
  }

  void start(BodySource body) {
    source = body;
    run();
  }

  @Override
  public void run() {
    if (running || region != null || source == null) {
      return;
    }
    running = true;
    int parts = 0;
    while (source != null && region == null && ctx.channel().isWritable()) {
      if (!source.hasNext()) {
        close();
        running = false;
        exchange.end(EmptyHttpHeaders.INSTANCE);
        return;
      }
      if (parts++ == BURST) {
        exchange.later(this);
        break;
      }
      sendNext(source);
    }
    running = false;
  }

  private void sendNext(BodySource body) {
    try {
      send(body.next());
    } catch (UncheckedIOException broken) {
      logger.warn(
          LogEvent.FILE_UNSERVED, "a body cannot be read: {}", String.valueOf(broken.getMessage()));
      close();
      ctx.close();
    }
  }

  private void send(Object next) {
    if (next instanceof FileRegion part) {
      send(part);
    } else if (next instanceof ByteBuf bytes) {
      exchange.write(bytes);
      ctx.flush();
    } else {
      throw new IllegalStateException("a body's part is " + next.getClass());
    }
  }

  private void send(FileRegion part) {
    region = part;
    exchange.addSent(part.count());
    cork(true);
    ctx.writeAndFlush(part)
        .addListener(written -> {
          region = null;
          cork(false);
          if (written.isSuccess()) {
            run();
          } else {
            // The head promised more than the file has now: only a broken end tells the peer.
            ctx.close();
          }
        });
  }

  /** The head goes out in one packet with the first of the file (TCP_CORK, tcp(7)). */
  private void cork(boolean on) {
    if (ctx.channel() instanceof EpollSocketChannel tcp && tcp.isOpen()) {
      tcp.config().setTcpCork(on);
    }
  }

  /** The bytes that the channel does not count. */
  long untakenRegion() {
    FileRegion sending = region;
    return sending == null ? 0 : sending.count() - sending.transferred();
  }

  void close() {
    BodySource ended = source;
    source = null;
    if (ended != null) {
      ended.close();
    }
  }
}
