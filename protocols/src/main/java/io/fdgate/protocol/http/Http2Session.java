package io.fdgate.protocol.http;

import static io.fdgate.protocol.GatewayEvent.GRACE;

import io.fdgate.protocol.BufferedBytes;
import io.fdgate.protocol.GatewayEvent;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The life of an HTTP/2 connection: streams come and go, until either side has had enough (RFC
 * 9113, section 6.8). The last handler of the connection's pipeline.
 */
final class Http2Session extends AttachedHandler implements BufferedBytes {
  /** How often streams that stand still are looked for within the shortest timeout. */
  private static final int LOOKS = 4;

  private static final int ALL_STREAMS = Integer.MAX_VALUE;

  private final HttpServer server;
  private final Set<StreamCarrier> streams = ConcurrentHashMap.newKeySet();
  private @Nullable ConnectionNotes notes;
  private @Nullable Future<?> timer;
  private long quietSinceNanos;
  private boolean draining;
  private boolean ending;
  private boolean closing;

  Http2Session(HttpServer server) {
    this.server = server;
  }

  // For the streams.

  HttpServer server() {
    return server;
  }

  ConnectionNotes notes() {
    ConnectionNotes known = notes;
    if (known == null) {
      known = new ConnectionNotes(server, ctx().channel());
      notes = known;
    }
    return known;
  }

  boolean isDraining() {
    return draining;
  }

  void opened(StreamCarrier stream) {
    streams.add(stream);
  }

  void closed(StreamCarrier stream) {
    streams.remove(stream);
    quietSinceNanos = nanoTime();
    closeWhenDone();
  }

  // From the codec.

  /** A request was refused before it had a stream. */
  void refused(Http2Exception.StreamException cause) {
    notes().peerFault(cause.toString());
    if (cause instanceof Http2Exception.HeaderListSizeException) {
      notes().unreadable(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
  }

  // From the pipeline.

  @Override
  void added(ChannelHandlerContext ctx) {
    ctx.channel().attr(BufferedBytes.KEY).set(this);
    quietSinceNanos = nanoTime();
    Limits limits = server.limits();
    long delay = Math.max(1, Math.min(limits.idleMillis(), limits.bodyMillis()) / LOOKS);
    timer =
        ctx.executor()
            .scheduleWithFixedDelay(this::lookForIdle, delay, delay, TimeUnit.MILLISECONDS);
  }

  private void lookForIdle() {
    long now = nanoTime();
    long idle = TimeUnit.MILLISECONDS.toNanos(server.limits().idleMillis());
    long body = TimeUnit.MILLISECONDS.toNanos(server.limits().bodyMillis());
    if (!streams.isEmpty()) {
      List.copyOf(streams).forEach(stream -> stream.checkProgress(now, idle, body));
    } else if (now - quietSinceNanos >= idle) {
      goAway();
    }
  }

  /** What waits for the windows of streams, and behind it for the socket. */
  @Override
  public long bufferedBytes() {
    long bytes = 0;
    for (StreamCarrier stream : streams) {
      bytes += stream.bufferedBytes();
    }
    return bytes;
  }

  private long nanoTime() {
    return ctx().executor().ticker().nanoTime();
  }

  /** Frames that are of no stream; the codec has acted on them. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (draining && message instanceof Http2PingFrame ping && ping.ack()) {
      goAway();
    }
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    switch (event) {
      case ChannelInputShutdownEvent _ -> inputEnded();
      case GatewayEvent.DRAIN -> {
        drain();
        List.copyOf(streams).forEach(StreamCarrier::drain);
      }
      default -> ctx.fireUserEventTriggered(event);
    }
  }

  /** The peer has sent everything: it still gets the answers to what is complete. */
  private void inputEnded() {
    if (closing) {
      ctx().close();
      return;
    }
    ending = true;
    List.copyOf(streams).forEach(StreamCarrier::inputEnded);
    closeWhenDone();
  }

  /**
   * Announces the end. The peer opens no stream once it knows, and when it has answered the PING
   * behind the notice, all those from before have arrived.
   */
  private void drain() {
    if (draining || ending) {
      return;
    }
    draining = true;
    ctx().write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(ALL_STREAMS));
    ctx().writeAndFlush(new DefaultHttp2PingFrame(0));
    ctx().executor().schedule(this::goAway, GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Takes no more streams, and closes when those that are open have ended. */
  private void goAway() {
    if (!ending) {
      ending = true;
      ctx().writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
    }
    closeWhenDone();
  }

  private void closeWhenDone() {
    if (ending && !closing && streams.isEmpty() && ctx().channel().isActive()) {
      closing = true;
      Linger.close(ctx(), true);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopTimer();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stopTimer();
  }

  private void stopTimer() {
    Future<?> running = timer;
    timer = null;
    if (running != null) {
      running.cancel(false);
    }
  }

  /** The codec answers what breaks its rules, with GOAWAY and the end of the connection. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2Exception) {
      notes().peerFault(cause.toString());
    } else if (cause instanceof IOException) {
      notes().broken(cause);
      ctx.close();
    } else {
      notes().ourFault(cause);
      ctx.close();
    }
  }
}
