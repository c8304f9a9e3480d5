package io.fdgate.protocol.http;

import io.fdgate.protocol.Counters;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;

/** The handlers of a WebSocket: Netty's for the protocol, ours for its content. */
final class WebSocketPipeline {
  /** The longest frame, which is held in memory, and the longest message that is unpacked. */
  static final int MAX_FRAME = 16 * 1024 * 1024;

  private WebSocketPipeline() {}

  /**
   * Adds them behind the handlers of HTTP; the first request that reaches them makes the handshake,
   * which takes those away.
   *
   * @param uri the target of that request
   */
  static void addTo(ChannelPipeline pipeline, String uri, Counters counters) {
    pipeline
        .addLast("websocket-compression", new WebSocketServerCompressionHandler(MAX_FRAME))
        .addLast("websocket-reserved", new ReservedBitsHandler())
        .addLast(
            "websocket",
            new WebSocketServerProtocolHandler(
                WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath(uri)
                    .sendCloseFrame(null) // a second one, after that of a protocol error
                    .decoderConfig(
                        WebSocketDecoderConfig.newBuilder()
                            .maxFramePayloadLength(MAX_FRAME)
                            .allowExtensions(true)
                            .build())
                    .build()))
        .addLast("websocket-echo", new WebSocketEcho(counters));
  }
}
