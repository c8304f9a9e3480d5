package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Used on the connection's event loop only; what a route calls after
 * the connection broke has no effect but to release what it passes.
 */
public final class Exchange {
  private static final String TEXT = "text/plain; charset=utf-8";

  private final Carrier carrier;
  private final ChannelHandlerContext ctx;
  private final HttpRequest request;
  private final RequestTarget target;
  private final RequestBody body;
  private final long startNanos = System.nanoTime();
  private @Nullable BodyPump pump;
  private Runnable onDrain = () -> {};
  private boolean answerStarted;
  private boolean answerEnded;
  private boolean aborted;
  private long sent;
  private int status;

  Exchange(Carrier carrier, ChannelHandlerContext ctx, HttpRequest request) {
    this.carrier = carrier;
    this.ctx = ctx;
    this.request = request;
    this.target = RequestTarget.of(request.uri());
    this.body =
        new RequestBody(
            HttpUtil.is100ContinueExpected(request) && carrier.bodyLength(request).orElse(1) > 0);
  }

  /** The request's head, which may be other exchanges' too, and is not to be changed. */
  public HttpRequest request() {
    return request;
  }

  RequestTarget target() {
    return target;
  }

  /** Where it is served, for timers. */
  public ChannelHandlerContext context() {
    return ctx;
  }

  Peer peer() {
    return carrier.peer();
  }

  /** The path of the target, as it was sent. */
  public String path() {
    return target.path();
  }

  boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  /** Whether the client only reads. */
  public boolean isGetOrHead() {
    return request.method().equals(HttpMethod.GET) || isHead();
  }

  /** The length of the request's body; nothing when only its end will tell. */
  OptionalLong bodyLength() {
    return carrier.bodyLength(request);
  }

  /** Runs a task on the event loop. Any thread. */
  public void later(Runnable task) {
    ctx.executor().execute(task);
  }

  /** Takes the body instead of discarding it; a client that waits for 100 is told to go on. */
  void readBody(BodyReader bodyReader) {
    if (body.readBy(bodyReader)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE),
          ctx.voidPromise());
    }
  }

  /**
   * Says what is to be done when the gateway stops, for answers that have no end of their own: at
   * once if it is stopping already.
   */
  public void whenDraining(Runnable action) {
    onDrain = action;
    if (carrier.isDraining()) {
      action.run();
    }
  }

  /** Whether the peer has gone, or what is left of its request is not wanted. */
  public boolean isAborted() {
    return aborted;
  }

  /** An empty set of fields for an answer. */
  public static HttpHeaders headers() {
    return DefaultHttpHeadersFactory.headersFactory().newHeaders();
  }

  /** Answers with a short text and a line feed. */
  public void answer(HttpResponseStatus answerStatus, String text) {
    answer(answerStatus, headers(), text + "\n");
  }

  /** Answers with a text. */
  public void answer(HttpResponseStatus answerStatus, HttpHeaders headers, String text) {
    if (!headers.contains(HttpHeaderNames.CONTENT_TYPE)) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, TEXT);
    }
    answer(answerStatus, headers, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Answers with a body that is there, which then belongs to the exchange. */
  public void answer(HttpResponseStatus answerStatus, HttpHeaders headers, ByteBuf body) {
    if (aborted) {
      body.release();
      return;
    }
    head(answerStatus, headers, OptionalLong.of(body.readableBytes()));
    if (!isHead()) {
      sent += body.readableBytes();
    }
    // In one message: the encoder then makes one buffer of head and body.
    ctx.write(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answerStatus, body, headers, EmptyHttpHeaders.INSTANCE),
        ctx.voidPromise());
    ended();
  }

  /** Answers a request that only reads with what is the same for all. */
  void answer(FixedAnswer fixed) {
    if (!aborted && !isHead() && carrier.send(fixed)) {
      answerStarted = true;
      status = HttpResponseStatus.OK.code();
      sent += fixed.length();
      ended();
    } else {
      answer(HttpResponseStatus.OK, fixed.headers(), fixed.body());
    }
  }

  /** Answers without a body and without its length, as 204 and 304 do. */
  void answerEmpty(HttpResponseStatus answerStatus, HttpHeaders headers) {
    answer(answerStatus, headers, Unpooled.EMPTY_BUFFER);
  }

  /** Says that a method is not for this resource (RFC 9110, section 15.5.6), or which ones are. */
  public void answerMethods(String allowed) {
    HttpHeaders headers = headers().set(HttpHeaderNames.ALLOW, allowed);
    if (request.method().equals(HttpMethod.OPTIONS)) {
      answerEmpty(HttpResponseStatus.NO_CONTENT, headers);
    } else {
      answer(HttpResponseStatus.METHOD_NOT_ALLOWED, headers, "method not allowed\n");
    }
  }

  /** Answers with parts that are pulled from a source as fast as the peer takes them. */
  void stream(
      HttpResponseStatus answerStatus,
      HttpHeaders headers,
      OptionalLong length,
      BodySource source) {
    if (aborted) {
      source.close();
      return;
    }
    start(answerStatus, headers, length);
    if (isHead()) {
      source.close();
      end(EmptyHttpHeaders.INSTANCE);
    } else {
      BodyPump pumping = new BodyPump(ctx, this);
      pump = pumping;
      pumping.start(carrier.parts(source));
    }
  }

  /**
   * Begins the answer.
   *
   * @param length of the body; without it only the body's end will tell
   */
  public void start(HttpResponseStatus answerStatus, HttpHeaders headers, OptionalLong length) {
    if (aborted) {
      return;
    }
    head(answerStatus, headers, length);
    ctx.write(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, answerStatus, headers), ctx.voidPromise());
  }

  private void head(HttpResponseStatus answerStatus, HttpHeaders headers, OptionalLong length) {
    answerStarted = true;
    status = answerStatus.code();
    if (length.isPresent() && answerStatus != HttpResponseStatus.NOT_MODIFIED) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length.getAsLong());
    }
    carrier.frame(headers, length.isPresent());
    headers.set(HttpHeaderNames.DATE, carrier.date());
  }

  /** Sends a part of the body, which then belongs to the exchange. */
  public void write(ByteBuf part) {
    if (aborted || !part.isReadable()) {
      part.release();
      return;
    }
    if (!isHead()) {
      sent += part.readableBytes();
    }
    ctx.write(new DefaultHttpContent(part), ctx.voidPromise());
    carrier.flushUnlessReading();
  }

  /** Counts bytes that were sent in another way. */
  void addSent(long bytes) {
    sent += bytes;
  }

  /** The bytes of the answer's body that were handed over to be sent. */
  long sent() {
    return sent;
  }

  /** What the peer has not taken of a part of a file that is being sent. */
  long untakenRegion() {
    BodyPump pumping = pump;
    return pumping == null ? 0 : pumping.untakenRegion();
  }

  /** Ends the answer. */
  public void end(HttpHeaders trailers) {
    if (aborted) {
      return;
    }
    LastHttpContent last = LastHttpContent.EMPTY_LAST_CONTENT;
    if (!trailers.isEmpty()) {
      last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
      last.trailingHeaders().set(trailers);
    }
    ctx.write(last, ctx.voidPromise());
    ended();
  }

  private void ended() {
    answerEnded = true;
    carrier.flushUnlessReading();
    carrier.advance();
  }

  /** Leaves the connection to WebSocket; called when the request has ended. */
  void upgrade() {
    carrier.upgrade();
  }

  // From the carrier.

  /** Takes a part of the request, and its end. */
  void receive(HttpContent content) throws RefusedException {
    body.receive(content, carrier.limits());
  }

  RequestBody body() {
    return body;
  }

  /** The connection is WebSocket's now. */
  void upgraded() {
    answerStarted = true;
    status = HttpResponseStatus.SWITCHING_PROTOCOLS.code();
  }

  void drain() {
    onDrain.run();
  }

  void writable() {
    BodyPump pumping = pump;
    if (pumping != null) {
      pumping.run();
    }
  }

  /** The connection broke, or the request did. */
  void abort() {
    aborted = true;
    BodyPump pumping = pump;
    if (pumping != null) {
      pumping.close();
    }
  }

  boolean isAnswerStarted() {
    return answerStarted;
  }

  boolean isAnswerEnded() {
    return answerEnded;
  }

  /** When the head was there, on the clock of days. */
  long startMillis() {
    return System.currentTimeMillis() - (System.nanoTime() - startNanos) / 1_000_000;
  }

  /** When the head was there. */
  long startNanos() {
    return startNanos;
  }

  /** Of the answer; 499 when the peer left before there was one. */
  int status() {
    return answerStarted ? status : 499;
  }
}
