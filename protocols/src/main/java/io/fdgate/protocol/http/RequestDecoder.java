package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder, behind the stricter {@link RequestFraming}, one request at a time: after
 * the end of a request it holds back what follows until {@link #resume}. Whatever is refused
 * becomes a {@link Refusal}, and nothing is decoded after it. A connection that begins with the
 * {@link Preface} of HTTP/2 is left alone: whoever takes it over removes the decoder.
 *
 * <p>The end of the input is passed on only when everything before it has been decoded.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private final Limits limits;
  private final ConcurrentMap<EventLoop, LastHead> lastHeads;
  private final RequestFraming framing = new RequestFraming();
  private @Nullable ChannelHandlerContext context;
  private @Nullable LastHead lastHead;
  private boolean holding;
  private boolean decoding;
  private boolean inputEnded;

  /**
   * For a connection.
   *
   * @param lastHeads of the connections with the same limits, for each event loop
   */
  RequestDecoder(Limits limits, ConcurrentMap<EventLoop, LastHead> lastHeads) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.requestLine())
            .setMaxHeaderSize(limits.headers())
            .setMaxChunkSize(64 * 1024)
            .setAllowDuplicateContentLengths(false)
            .setValidateHeaders(false) // HeadLines allows less
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.limits = limits;
    this.lastHeads = lastHeads;
  }

  /** Decodes the next request; called once the last one has been answered. */
  void resume() {
    holding = false;
    ChannelHandlerContext ctx = context;
    if (decoding || ctx == null || ctx.isRemoved()) {
      return; // the decoding that brought the last request goes on by itself
    }
    if (hasHeldBack()) {
      decode(ctx, Unpooled.EMPTY_BUFFER);
      ctx.fireChannelReadComplete();
    }
    passOnInputEnd(ctx);
  }

  /** Discards whatever comes from now on. */
  void stop() {
    framing.stop();
    holding = false;
  }

  /** Whether a head has begun and not ended. */
  boolean isWithinHead() {
    return !holding && framing.isInHead() && (hasHeldBack() || !framing.isAtRequestLine());
  }

  /** Whether bytes have arrived that are not decoded until {@link #resume}. */
  boolean isHoldingBack() {
    return holding && hasHeldBack();
  }

  /** Whether bytes behind the current request have arrived. */
  boolean hasHeldBack() {
    return actualReadableBytes() > 0;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    lastHead = lastHeads.computeIfAbsent(ctx.channel().eventLoop(), _ -> new LastHead());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (holding) {
      ctx.channel().config().setAutoRead(false);
    }
    decode(ctx, message);
  }

  private void decode(ChannelHandlerContext ctx, Object message) {
    boolean outermost = !decoding;
    decoding = true;
    try {
      super.channelRead(ctx, message);
    } catch (Exception broken) {
      ctx.fireExceptionCaught(broken);
    } finally {
      decoding = !outermost;
    }
  }

  /** Without the read that the superclass asks for when nothing was decoded. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (holding) {
      discardSomeReadBytes();
      ctx.fireChannelReadComplete();
    } else {
      super.channelReadComplete(ctx);
    }
  }

  /** The superclass would throw away what is held back. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      passOnInputEnd(ctx);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void passOnInputEnd(ChannelHandlerContext ctx) {
    if (inputEnded && !holding) {
      inputEnded = false;
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) {}

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    if (holding) {
      return;
    }
    if (framing.isStopped()) {
      buffer.skipBytes(buffer.readableBytes());
      return;
    }
    if (framing.isFresh() && Preface.isBegunBy(buffer)) {
      return;
    }
    if (framing.isFresh() && Preface.isAtStartOf(buffer)) {
      stop();
      ctx.fireChannelRead(Preface.RECEIVED);
      return;
    }
    LastHead last = framing.isAtRequestLine() ? lastHead : null;
    HttpRequest same = last == null ? null : last.take(buffer);
    if (same != null) {
      framing.headEnded(false);
      requestEnded();
      out.add(same);
      out.add(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    int decoded = out.size();
    try {
      if (framing.check(buffer)) {
        int before = buffer.readerIndex();
        super.decode(ctx, buffer, out);
        int length = buffer.readerIndex() - before;
        framing.consumed(length);
        for (int i = decoded; i < out.size(); i++) {
          accept((HttpObject) out.get(i));
        }
        if (last != null && holding) { // head and end at once: there is no body
          last.keep((HttpRequest) out.get(decoded), buffer, before, length);
        }
      }
    } catch (RefusedException refused) {
      refuse(refused, buffer, out, decoded);
    }
  }

  private void accept(HttpObject decoded) throws RefusedException {
    if (decoded.decoderResult().isFailure()) {
      throw refusal(decoded.decoderResult().cause());
    }
    if (decoded instanceof HttpRequest request) {
      RequestRules.check(request, limits);
      framing.headEnded(HttpUtil.isTransferEncodingChunked(request));
    }
    if (decoded instanceof LastHttpContent) {
      requestEnded();
    }
  }

  private void requestEnded() {
    framing.requestEnded();
    holding = true;
  }

  private RefusedException refusal(Throwable cause) {
    if (framing.isInHead() && cause instanceof TooLongHttpLineException) {
      return RequestRules.tooLongLine(limits);
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new RefusedException(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          "header fields and trailers may have " + limits.headers() + " bytes");
    }
    return RefusedException.malformed("the request is malformed");
  }

  private void refuse(RefusedException refused, ByteBuf buffer, List<Object> out, int decoded) {
    Optional<HttpRequest> head = Optional.empty();
    while (out.size() > decoded) {
      Object dropped = out.remove(out.size() - 1);
      if (dropped instanceof HttpRequest request && request.decoderResult().isSuccess()) {
        head = Optional.of(request);
      }
      ReferenceCountUtil.release(dropped);
    }
    out.add(new Refusal(refused.status(), refused.reason(), head));
    buffer.skipBytes(buffer.readableBytes());
    stop();
  }
}
