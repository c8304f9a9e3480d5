package io.fdgate.protocol.http;

import io.fdgate.protocol.Counters;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
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
   * Leaves a connection of HTTP to WebSocket. The handlers are added behind those of HTTP; the
   * request makes the handshake, which takes those away.
   *
   * @param ctx of the handler that they take the place of
   */
  static void replace(ChannelHandlerContext ctx, HttpRequest request, Counters counters) {
    addTo(ctx.pipeline(), request.uri(), counters);
    ctx.pipeline().remove(ctx.handler());
    ctx.fireChannelRead(
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            EmptyHttpHeaders.INSTANCE));
  }

  private static void addTo(ChannelPipeline pipeline, String uri, Counters counters) {
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
