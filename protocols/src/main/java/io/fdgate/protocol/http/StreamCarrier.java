package io.fdgate.protocol.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream of HTTP/2, which carries one exchange. The last handler of the stream's channel.
 *
 * <p>It reads only while the peer takes what was written; what it has not read keeps the stream's
 * window small (RFC 9113, section 5.2).
 */
final class StreamCarrier extends AttachedHandler implements Carrier {
  private final Http2Session session;
  private final AnswerFrames answers;
  private final Optional<HttpRequest> upgraded;
  private final StreamProgress progress = new StreamProgress();
  private @Nullable Exchange current;
  private @Nullable Exchange begunExchange;
  private @Nullable LateBody lateBody;
  private boolean reading;
  private boolean begun;
  private boolean requestEnded;

  /**
   * For a stream that was just opened.
   *
   * @param upgraded its request, if that came in HTTP/1
   */
  StreamCarrier(Http2Session session, AnswerFrames answers, Optional<HttpRequest> upgraded) {
    this.session = session;
    this.answers = answers;
    this.upgraded = upgraded;
  }

  // For the exchange.

  @Override
  public Limits limits() {
    return session.server().limits();
  }

  @Override
  public CharSequence date() {
    return session.server().clock().date();
  }

  @Override
  public Peer peer() {
    return session.notes().peer();
  }

  @Override
  public boolean isDraining() {
    return session.isDraining();
  }

  @Override
  public OptionalLong bodyLength(HttpRequest request) {
    String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    if (length != null) {
      return OptionalLong.of(Long.parseLong(length));
    }
    return requestEnded ? OptionalLong.of(0) : OptionalLong.empty();
  }

  /** Frames do that (RFC 9113, section 8.1). */
  @Override
  public void frame(HttpHeaders headers, boolean sized) {}

  @Override
  public boolean send(FixedAnswer answer) {
    return false;
  }

  @Override
  public BodySource parts(BodySource source) {
    return new CopiedSource(source, ctx().alloc());
  }

  @Override
  public void flushUnlessReading() {
    if (!reading) {
      ctx().flush();
    }
  }

  /** Ends the stream when both sides have; a body that nobody wants is read and discarded. */
  @Override
  public void advance() {
    Exchange exchange = current;
    if (exchange == null || !exchange.isAnswerEnded()) {
      return;
    }
    if (requestEnded) {
      finish(exchange);
    } else if (exchange.body().isContinueExpected()) {
      finish(exchange);
      refuseBody();
    }
  }

  private void finish(Exchange exchange) {
    current = null;
    session.notes().answered(exchange);
  }

  /** No route does, as no such request can be made. */
  @Override
  public void upgrade() {
    throw new IllegalStateException("a stream cannot become a WebSocket");
  }

  // From the pipeline.

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    session.opened(this);
    // Later: the codec is still about to open the stream.
    upgraded.ifPresent(request ->
        ctx.executor()
            .execute(() -> {
              requestEnded = true;
              begin(request);
            }));
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    progress.received();
    // Not a switch over the type: that is linked when the first request of a start is waiting.
    if (message instanceof Http2HeadersFrame fields) {
      receive(fields);
    } else if (message instanceof Http2DataFrame data) {
      requestEnded = data.isEndStream();
      receive(
          requestEnded
              ? new DefaultLastHttpContent(data.content())
              : new DefaultHttpContent(data.content()));
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /** Takes the head of the request, or its trailers. */
  private void receive(Http2HeadersFrame fields) {
    if (begun) {
      requestEnded = true;
      LastHttpContent end = new DefaultLastHttpContent();
      end.trailingHeaders().set(RequestFields.copy(fields.headers()));
      receive(end);
      return;
    }
    requestEnded = fields.isEndStream();
    RequestFields.toRequest(fields.headers())
        .ifPresentOrElse(
            this::begin,
            () -> {
              session.notes().peerFault("the fields of a request are malformed");
              reset(Http2Error.PROTOCOL_ERROR);
            });
  }

  private void begin(HttpRequest request) {
    begun = true;
    Exchange exchange = new Exchange(this, ctx(), request);
    current = exchange;
    begunExchange = exchange;
    answers.answering(exchange.isHead());
    try {
      RequestRules.checkLine(request, limits());
      RequestRules.check(request, limits());
    } catch (RefusedException refused) {
      refuse(new Refusal(refused.status(), refused.reason()));
      return;
    }
    session.server().routes().serve(exchange);
    if (requestEnded) {
      receive(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private void receive(HttpContent content) {
    Exchange exchange = current;
    if (exchange == null) {
      LateBody late = lateBody;
      if (late != null) {
        late.discarded(content.content().readableBytes());
      }
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
    regulate(ctx.channel());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange exchange = current;
    if (exchange != null && ctx.channel().isWritable()) {
      exchange.writable();
    }
    regulate(ctx.channel());
  }

  private static void regulate(Channel channel) {
    channel.config().setAutoRead(channel.isWritable());
  }

  /** Answers with an error, and ends the stream. */
  private void refuse(Refusal refusal) {
    session.notes().peerFault(refusal.reason());
    Exchange exchange = current;
    current = null;
    if (exchange == null) {
      reset(Http2Error.CANCEL);
      return;
    }
    if (exchange.isAnswerStarted()) {
      exchange.abort();
      session.notes().answered(exchange);
      if (exchange.isAnswerEnded()) {
        refuseBody();
      } else {
        reset(Http2Error.CANCEL);
      }
      return;
    }
    exchange.abort();
    ErrorAnswer answer = new ErrorAnswer(refusal, exchange.request(), date());
    ctx().write(answer.response(), ctx().voidPromise());
    session.notes().refused(answer);
    flushUnlessReading();
    if (!requestEnded) {
      refuseBody();
    }
  }

  /** Asks for no more of the request, a while after its answer has been sent. */
  private void refuseBody() {
    answers.whenSent(() -> {
      if (!requestEnded) {
        lateBody = new LateBody(ctx().executor(), () -> reset(Http2Error.NO_ERROR));
      }
    });
  }

  /** Ends the stream behind what was written. */
  private void reset(Http2Error error) {
    ctx().writeAndFlush(new DefaultHttp2ResetFrame(error));
  }

  // From the session.

  /** Ends the stream if the peer has left it alone for too long, or gets on too slowly. */
  void checkProgress(long nowNanos, long idleNanos, long bodyNanos) {
    if (lateBody != null) {
      return;
    }
    Exchange exchange = current;
    Channel stream = ctx().channel();
    boolean ours = requestEnded && exchange != null;
    boolean slow = progress.isTooSlow(stream, !requestEnded, begunExchange, nowNanos, bodyNanos);
    if (!progress.isStalled(stream, ours, nowNanos, idleNanos) && !slow) {
      return;
    }
    if (!requestEnded && (exchange == null || !exchange.isAnswerStarted())) {
      refuse(new Refusal(HttpResponseStatus.REQUEST_TIMEOUT, "the request took too long"));
    } else {
      session.notes().peerFault("the peer does not read or write");
      reset(Http2Error.CANCEL);
    }
  }

  /** The bytes that the peer has not taken. Any thread. */
  long bufferedBytes() {
    return StreamProgress.pending(ctx().channel());
  }

  /** The gateway is stopping. */
  void drain() {
    Exchange exchange = current;
    if (exchange != null) {
      exchange.drain();
    }
  }

  /** The peer can send no more: ends the stream if its request is not complete. */
  void inputEnded() {
    if (!requestEnded) {
      session.notes().peerFault("the peer ended within a request");
      ctx().close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    LateBody late = lateBody;
    if (late != null) {
      late.stop();
    }
    Exchange exchange = current;
    current = null;
    if (exchange != null) {
      exchange.abort();
      session.notes().answered(exchange);
    }
    session.closed(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2Exception refused) {
      session.notes().peerFault(cause.toString());
      reset(refused.error());
    } else if (cause instanceof IOException) {
      session.notes().broken(cause);
      ctx.close();
    } else {
      session.notes().ourFault(cause);
      reset(Http2Error.INTERNAL_ERROR);
    }
  }
}
