package io.fdgate.protocol.http;

import static io.fdgate.protocol.GatewayEvent.GRACE;

import io.fdgate.protocol.GatewayEvent;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The life of a connection: one exchange after another, until either side has had enough. The last
 * handler of the pipeline.
 *
 * <p>It reads only while the peer takes what was written, and no further than the current request:
 * what is pipelined behind it waits, in the kernel but for one read.
 */
final class HttpConnection extends AttachedHandler implements Carrier {
  private final HttpServer server;
  private final RequestDecoder decoder;
  private final ResponseEncoder encoder;
  private final Persistence persistence = new Persistence();
  private final Deadlines deadlines;
  private @Nullable ConnectionNotes notes;
  private @Nullable Exchange current;
  private @Nullable H2cUpgrade upgrade;
  private boolean reading;
  private boolean resumeWhenWritable;
  private boolean draining;
  private boolean ending;

  HttpConnection(HttpServer server, RequestDecoder decoder, ResponseEncoder encoder) {
    this.server = server;
    this.decoder = decoder;
    this.encoder = encoder;
    this.deadlines = new Deadlines(this, server.limits());
  }

  // For the exchange.

  @Override
  public Limits limits() {
    return server.limits();
  }

  @Override
  public CharSequence date() {
    return server.clock().date();
  }

  @Override
  public Peer peer() {
    return notes().peer();
  }

  @Override
  public boolean isDraining() {
    return draining;
  }

  @Override
  public OptionalLong bodyLength(HttpRequest request) {
    return HttpUtil.isTransferEncodingChunked(request)
        ? OptionalLong.empty()
        : OptionalLong.of(HttpUtil.getContentLength(request, 0L));
  }

  @Override
  public void frame(HttpHeaders headers, boolean sized) {
    persistence.frame(headers, sized, isLast());
  }

  /** A client that was not told to continue may or may not send its body (RFC 9110, 10.1.1). */
  private boolean isLast() {
    return draining || ending || exchange().body().isContinueExpected();
  }

  @Override
  public boolean send(FixedAnswer answer) {
    if (!persistence.isDefault() || isLast()) {
      return false;
    }
    ctx().write(answer.encoded(date(), encoder), ctx().voidPromise());
    return true;
  }

  @Override
  public BodySource parts(BodySource source) {
    return source;
  }

  @Override
  public void flushUnlessReading() {
    if (!reading) {
      ctx().flush();
    }
  }

  /** Goes on to the next request if the current one is done with. */
  @Override
  public void advance() {
    Exchange exchange = current;
    if (exchange == null
        || !exchange.isAnswerEnded()
        || (!exchange.body().isEnded() && persistence.keepsAlive())) {
      return;
    }
    current = null;
    answered(exchange);
    if (!persistence.keepsAlive() || ending) {
      end(draining || !exchange.body().isEnded() || decoder.hasHeldBack());
    } else if (ctx().channel().isWritable()) {
      awaitLast();
      decoder.resume();
      regulate();
    } else {
      awaitLast();
      resumeWhenWritable = true;
    }
  }

  private void answered(Exchange exchange) {
    deadlines.answered(exchange);
    notes().answered(exchange);
  }

  /** Hands the connection over to WebSocket, with the request that asks for it. */
  @Override
  public void upgrade() {
    if (decoder.hasHeldBack()) {
      // It must (RFC 6455, section 4.1), and Netty would lose what came early.
      refuse(
          new Refusal(HttpResponseStatus.BAD_REQUEST, "a WebSocket client waits for the answer"));
      return;
    }
    Exchange exchange = exchange();
    current = null;
    exchange.upgraded();
    answered(exchange);
    ChannelHandlerContext ctx = ctx();
    ctx.channel().config().setAutoRead(true);
    WebSocketPipeline.replace(ctx, exchange.request(), server.socket().counters());
  }

  // From the pipeline.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    if (ending) {
      ReferenceCountUtil.release(message);
      return;
    }
    // Not a switch over the type: that is linked when the first request of a start is waiting.
    if (message instanceof HttpRequest request) {
      begin(request);
    } else if (message instanceof HttpContent content) {
      receive(content);
    } else if (message instanceof Refusal refusal) {
      refuse(refusal);
    } else if (message == Preface.RECEIVED) {
      becomeHttp2(ctx.pipeline());
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void becomeHttp2(ChannelPipeline pipeline) {
    deadlines.headEnded();
    ending = true; // nothing more for HTTP/1
    Http2Pipeline.replace(pipeline, server);
    if (draining) {
      pipeline.fireUserEventTriggered(GatewayEvent.DRAIN);
    }
  }

  private void begin(HttpRequest request) {
    deadlines.headEnded();
    upgrade = H2cUpgrade.of(request).orElse(null);
    if (upgrade == null) {
      serve(request);
    }
  }

  private void serve(HttpRequest request) {
    persistence.begin(request);
    Exchange exchange = new Exchange(this, ctx(), request);
    current = exchange;
    encoder.answering(exchange.isHead());
    server.routes().serve(exchange);
  }

  /** The end of a request that asks for HTTP/2: it has no body. */
  private void receive(HttpContent end, H2cUpgrade asked) {
    upgrade = null;
    boolean possible = !decoder.hasHeldBack() && !draining;
    if (possible && Http2Pipeline.upgrade(ctx().pipeline(), server, asked)) {
      ending = true; // nothing more for HTTP/1
      end.release();
    } else {
      serve(asked.original());
      receive(end);
    }
  }

  private void receive(HttpContent content) {
    H2cUpgrade asked = upgrade;
    if (asked != null) {
      receive(content, asked);
      return;
    }
    Exchange exchange = current;
    if (exchange == null) {
      content.release();
      return;
    }
    try {
      exchange.receive(content);
    } catch (RefusedException tooLarge) {
      refuse(new Refusal(tooLarge.status(), tooLarge.reason()));
      return;
    }
    advance();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    ctx.flush();
    deadlines.watchPace(current);
    if (isWithinHead()) {
      deadlines.headBegan();
    }
    regulate();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      Exchange exchange = current;
      if (exchange != null) {
        exchange.writable();
      } else if (resumeWhenWritable) {
        resumeWhenWritable = false;
        decoder.resume();
      }
    } else {
      deadlines.watchPace(current);
    }
    regulate();
  }

  /** Reads while the peer reads, unless the next request has already come. */
  private void regulate() {
    boolean wanted = ctx().channel().isWritable() && !decoder.isHoldingBack();
    ctx().channel().config().setAutoRead(ending || wanted);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded();
    } else if (event instanceof IdleStateEvent) {
      deadlines.idle();
    } else if (event == GatewayEvent.DRAIN) {
      draining = true;
      Exchange exchange = current;
      if (exchange != null) {
        exchange.drain();
      } else {
        awaitLast();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /**
   * Ends a connection that the peer was not told the end of. It may have sent a request that has
   * not arrived: that one is answered, with the notice that it is the last.
   */
  private void awaitLast() {
    if (draining && current == null && !ending) {
      ctx().executor().schedule(this::graceOver, GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void graceOver() {
    if (current == null && !ending && !decoder.isWithinHead()) {
      end(true);
    }
  }

  /** The peer has sent everything (RFC 9112, section 9.6), and has all answers but the current. */
  private void inputEnded() {
    if (ending) {
      ctx().close();
    } else if (current != null) {
      notes().peerFault("the peer ended within a request");
      breakOff();
    } else {
      end(false);
    }
  }

  /** Answers with an error, and ends the connection behind it. */
  void refuse(Refusal refusal) {
    deadlines.headEnded();
    notes().peerFault(refusal.reason());
    Exchange exchange = current;
    if (exchange != null && exchange.isAnswerEnded()) {
      current = null;
      answered(exchange);
      end(true);
      return;
    }
    if (exchange != null && exchange.isAnswerStarted()) {
      breakOff();
      return;
    }
    ending = true;
    current = null;
    ErrorAnswer answer =
        new ErrorAnswer(refusal, exchange == null ? null : exchange.request(), date());
    if (exchange != null) {
      exchange.abort();
    }
    boolean head = answer.isTo(HttpMethod.HEAD);
    encoder.answering(head);
    ctx().write(answer.response(), ctx().voidPromise());
    notes().refused(answer);
    end(true);
  }

  void end(boolean linger) {
    ending = true;
    deadlines.headEnded();
    decoder.stop();
    Linger.close(ctx(), linger);
    regulate();
  }

  /** Closes at once, so that the peer sees an answer that is not complete. */
  void breakOff() {
    ending = true;
    decoder.stop();
    ctx().close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadlines.stop();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadlines.stop();
    ending = true;
    Exchange exchange = current;
    if (exchange != null) {
      current = null;
      exchange.abort();
      answered(exchange);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      notes().broken(cause);
    } else {
      notes().ourFault(cause);
    }
    breakOff();
  }

  ConnectionNotes notes() {
    ConnectionNotes known = notes;
    if (known == null) {
      known = new ConnectionNotes(server, ctx().channel());
      notes = known;
    }
    return known;
  }

  // For the deadlines.

  /** What is being served; null between requests. */
  @Nullable Exchange current() {
    return current;
  }

  /** Whether nothing more is served. */
  boolean isEnding() {
    return ending;
  }

  /** Whether a part of a request's head has come, and not all of it. */
  boolean isWithinHead() {
    return current == null && !ending && decoder.isWithinHead();
  }

  private Exchange exchange() {
    Exchange exchange = current;
    if (exchange == null) {
      throw new IllegalStateException("no request is being served");
    }
    return exchange;
  }
}
