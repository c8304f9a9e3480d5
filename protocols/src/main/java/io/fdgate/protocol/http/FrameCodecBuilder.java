package io.fdgate.protocol.http;

import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.function.Consumer;

/**
 * Netty's codec with bounds on everything that costs us more than the peer: streams that are reset
 * as soon as they were opened (CVE-2023-44487), small CONTINUATION frames (CVE-2024-27316), empty
 * DATA frames, answers to PING and SETTINGS that are not read (CVE-2019-9512, 9515), and frames
 * that carry nothing at all. Each ends the connection with ENHANCE_YOUR_CALM.
 */
final class FrameCodecBuilder extends Http2FrameCodecBuilder {
  static final int MAX_STREAMS = 100;
  static final int MAX_RESETS = 200;
  static final int RESET_SECONDS = 30;
  static final int MAX_EMPTY_DATA = 8;
  static final int MAX_SMALL_CONTINUATIONS = 16;
  private static final int MAX_QUEUED_ACKS = 1_000;

  /** What a stream may send before it is consumed; the connection as a whole twice as much. */
  private static final int WINDOW = 256 * 1024;

  private final Consumer<Http2Exception.StreamException> unheard;

  /**
   * For one connection.
   *
   * @param unheard told of each request that is refused before it has a stream
   */
  FrameCodecBuilder(Limits limits, Consumer<Http2Exception.StreamException> unheard) {
    this.unheard = unheard;
    initialSettings(
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(MAX_STREAMS)
            .maxHeaderListSize(limits.headers())
            .initialWindowSize(WINDOW));
    validateHeaders(true);
    validateRequiredPseudoHeaders(true);
    decoupleCloseAndGoAway(true);
    gracefulShutdownTimeoutMillis(0);
    decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS);
    encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_SECONDS);
    decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA);
    decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS);
    encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_ACKS);
  }

  @Override
  protected Http2FrameCodec build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    return super.build(new StrictDecoder(decoder, unheard), encoder, settings);
  }
}
