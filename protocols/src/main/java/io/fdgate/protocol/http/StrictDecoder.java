package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Netty's decoder, stricter in two respects.
 *
 * <p>It bounds the rate of frames that bring no request further: PING, SETTINGS, PRIORITY and those
 * of unknown type. Netty bounds only the answers that wait to be sent, so that a peer which reads
 * them could keep an event loop busy. And a frame on a stream that its peer has ended ends the
 * connection, while one that was sent before its peer knew that we had reset the stream is ignored
 * (RFC 9113, section 5.1); Netty resets the stream once more for both.
 */
final class StrictDecoder extends DecoratingHttp2ConnectionDecoder {
  /** The most such frames in {@link #WINDOW_SECONDS}; browsers and gRPC stay far below. */
  static final int MAX_FRAMES = 1_000;

  private static final long WINDOW_SECONDS = 10;

  private final Consumer<Http2Exception.StreamException> unheard;
  private final ClosedStreams closed = new ClosedStreams();

  /**
   * A decoder around Netty's.
   *
   * @param unheard told of each request that is refused before it has a stream
   */
  StrictDecoder(Http2ConnectionDecoder decoder, Consumer<Http2Exception.StreamException> unheard) {
    super(decoder);
    this.unheard = unheard;
    decoder.connection().addListener(closed);
  }

  @Override
  public void decodeFrame(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Http2Exception {
    try {
      super.decodeFrame(ctx, in, out);
    } catch (Http2Exception.StreamException refused) {
      int id = refused.streamId();
      Http2Stream stream = connection().stream(id);
      if (stream != null) {
        throw corrected(refused, stream);
      }
      if (refused.error() != Http2Error.STREAM_CLOSED) {
        unheard.accept(refused);
        throw refused;
      }
      if (!closed.mayReceive(id)) {
        throw new Http2Exception(
            Http2Error.STREAM_CLOSED, "a frame is on a stream that is closed", refused);
      }
    }
  }

  /** Netty 4.2.18 counts the only fields of a request without a body as its trailers too. */
  private static Http2Exception corrected(
      Http2Exception.StreamException refused, Http2Stream stream) {
    return stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE
            && String.valueOf(refused.getMessage()).contains("too many headers")
        ? Http2Exception.streamError(
            stream.id(), Http2Error.STREAM_CLOSED, "fields follow the end of a request")
        : refused;
  }

  @Override
  public void frameListener(Http2FrameListener listener) {
    super.frameListener(new Meter(listener));
  }

  @Override
  public @Nullable Http2FrameListener frameListener() {
    Http2FrameListener listener = super.frameListener();
    return listener instanceof Meter meter ? meter.metered() : listener;
  }

  private static final class Meter extends Http2FrameListenerDecorator {
    private long windowStart;
    private int frames;

    Meter(Http2FrameListener listener) {
      super(listener);
    }

    Http2FrameListener metered() {
      return listener;
    }

    private void count(ChannelHandlerContext ctx) throws Http2Exception {
      long now = ctx.executor().ticker().nanoTime();
      if (frames == 0 || now - windowStart >= TimeUnit.SECONDS.toNanos(WINDOW_SECONDS)) {
        windowStart = now;
        frames = 0;
      }
      if (++frames > MAX_FRAMES) {
        throw new Http2Exception(
            Http2Error.ENHANCE_YOUR_CALM,
            "too many frames that carry nothing",
            Http2Exception.ShutdownHint.HARD_SHUTDOWN);
      }
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      count(ctx);
      super.onPingRead(ctx, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      count(ctx);
      super.onPingAckRead(ctx, data);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      count(ctx);
      super.onSettingsRead(ctx, settings);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx, int stream, int dependency, short weight, boolean exclusive)
        throws Http2Exception {
      count(ctx);
      super.onPriorityRead(ctx, stream, dependency, weight, exclusive);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int stream, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      count(ctx);
      super.onUnknownFrame(ctx, type, stream, flags, payload);
    }
  }
}
