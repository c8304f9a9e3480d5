package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
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
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder, behind a stricter reading of each line, one request at a time: after the
 * end of a request it holds back what follows until {@link #resume}. Whatever is refused becomes a
 * {@link Refusal}, and nothing is decoded after it. A connection that begins with the {@link
 * Preface} of HTTP/2 is left alone: whoever takes it over removes the decoder.
 *
 * <p>The lines are checked where they lie, before Netty's decoder consumes exactly those. The end
 * of the input is passed on only when everything before it has been decoded.
 */
final class RequestDecoder extends HttpRequestDecoder {
  /** What the next bytes are. */
  private enum Expecting {
    REQUEST_LINE,
    FIELDS,
    SIZED_BODY,
    CHUNK_LINE,
    CHUNK,
    TRAILERS,
    /** Nothing that matters: the connection is about to end. */
    NOTHING
  }

  private final Limits limits;
  private @Nullable ChannelHandlerContext context;
  private Expecting expecting = Expecting.REQUEST_LINE;
  private boolean fresh = true;
  private boolean emptyLineSeen;
  private boolean lengthSeen;
  private long chunkLeft;
  private boolean holding;
  private boolean decoding;
  private boolean inputEnded;

  RequestDecoder(Limits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.requestLine())
            .setMaxHeaderSize(limits.headers())
            .setMaxChunkSize(64 * 1024)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
    this.limits = limits;
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
    expecting = Expecting.NOTHING;
    holding = false;
  }

  /** Whether a head has begun and not ended. */
  boolean isWithinHead() {
    return !holding
        && (expecting == Expecting.FIELDS
            || (expecting == Expecting.REQUEST_LINE && hasHeldBack()));
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

  // What it would inherit with @Skip: see StreamHandler.

  @Override
  public void channelRegistered(ChannelHandlerContext ctx) {
    ctx.fireChannelRegistered();
  }

  @Override
  public void channelUnregistered(ChannelHandlerContext ctx) {
    ctx.fireChannelUnregistered();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.fireExceptionCaught(cause);
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
    if (expecting == Expecting.NOTHING) {
      buffer.skipBytes(buffer.readableBytes());
      return;
    }
    if (fresh && Preface.isBegunBy(buffer)) {
      return;
    }
    if (fresh && Preface.isAtStartOf(buffer)) {
      stop();
      ctx.fireChannelRead(Preface.RECEIVED);
      return;
    }
    int decoded = out.size();
    try {
      if (check(buffer)) {
        int before = buffer.readerIndex();
        super.decode(ctx, buffer, out);
        consumed(buffer.readerIndex() - before);
        for (int i = decoded; i < out.size(); i++) {
          accept((HttpObject) out.get(i));
        }
      }
    } catch (RefusedException refused) {
      refuse(refused, buffer, out, decoded);
    }
  }

  /** Checks the lines that are complete; returns whether the superclass may go on. */
  private boolean check(ByteBuf buffer) throws RefusedException {
    switch (expecting) {
      case REQUEST_LINE -> {
        return checkHead(buffer);
      }
      case FIELDS, TRAILERS -> checkFields(buffer, buffer.readerIndex());
      case CHUNK_LINE -> checkChunkLine(buffer);
      case SIZED_BODY, CHUNK, NOTHING -> {}
    }
    return true;
  }

  private boolean checkHead(ByteBuf buffer) throws RefusedException {
    int from = buffer.readerIndex();
    if (buffer.getByte(from) == '\r') {
      if (buffer.readableBytes() == 1) {
        return false;
      }
      // One empty line may come before a request (RFC 9112, section 2.2).
      if (buffer.getByte(from + 1) != '\n' || emptyLineSeen) {
        throw RefusedException.malformed("there is no request line");
      }
      fresh = false;
      emptyLineSeen = true;
      buffer.skipBytes(2);
      return false;
    }
    int lf = lineFeed(buffer, from);
    if (lf >= 0) {
      HeadLines.checkRequestLine(buffer, from, lf);
      expecting = Expecting.FIELDS;
      checkFields(buffer, lf + 1);
    }
    return true;
  }

  private void checkFields(ByteBuf buffer, int from) throws RefusedException {
    int at = from;
    boolean last = false;
    while (!last) {
      int lf = lineFeed(buffer, at);
      if (lf < 0) {
        return;
      }
      last = HeadLines.checkFieldLine(buffer, at, lf);
      // For HTTP/1.0 Netty makes one of several, whatever their values.
      if (HeadLines.isContentLength(buffer, at)) {
        if (lengthSeen) {
          throw RefusedException.malformed("a framing field is repeated");
        }
        lengthSeen = true;
      }
      at = lf + 1;
    }
  }

  private void checkChunkLine(ByteBuf buffer) throws RefusedException {
    int from = buffer.readerIndex();
    int lf = lineFeed(buffer, from);
    if (lf >= 0) {
      long size = ChunkLine.size(buffer, from, lf);
      expecting = size == 0 ? Expecting.TRAILERS : Expecting.CHUNK;
      chunkLeft = lf + 1 - from + size + 2;
    }
  }

  private static int lineFeed(ByteBuf buffer, int from) {
    return buffer.indexOf(from, buffer.writerIndex(), (byte) '\n');
  }

  private void consumed(int bytes) {
    if (expecting == Expecting.CHUNK) {
      chunkLeft -= bytes;
      if (chunkLeft == 0) {
        expecting = Expecting.CHUNK_LINE;
      }
    }
  }

  private void accept(HttpObject decoded) throws RefusedException {
    if (decoded.decoderResult().isFailure()) {
      throw refusal(decoded.decoderResult().cause());
    }
    if (decoded instanceof HttpRequest request) {
      fresh = false;
      RequestRules.check(request, limits);
      expecting =
          HttpUtil.isTransferEncodingChunked(request) ? Expecting.CHUNK_LINE : Expecting.SIZED_BODY;
    }
    if (decoded instanceof LastHttpContent) {
      expecting = Expecting.REQUEST_LINE;
      emptyLineSeen = false;
      lengthSeen = false;
      holding = true;
    }
  }

  private RefusedException refusal(Throwable cause) {
    boolean inHead = expecting == Expecting.REQUEST_LINE || expecting == Expecting.FIELDS;
    if (inHead && cause instanceof TooLongHttpLineException) {
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
