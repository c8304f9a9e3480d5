package io.fdgate.protocol.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The handlers of an HTTP/2 connection, which take the places of those of HTTP/1: Netty's codec,
 * Netty's multiplexer, which makes a channel of each stream, and the {@link Http2Session}. Nothing
 * of HTTP/2 is loaded before the first such connection.
 */
final class Http2Pipeline {
  private static final String CODEC = "http2";
  private static final String STREAMS = "http2-streams";
  private static final String SESSION = "http2-session";

  private Http2Pipeline() {}

  /** Leaves a connection that begins with the preface to HTTP/2 (RFC 9113, section 3.3). */
  static void replace(ChannelPipeline pipeline, HttpServer server) {
    pipeline.remove(HttpPipeline.ENCODER);
    add(pipeline, server, Optional.empty());
    // At last: it hands on what it has not decoded.
    pipeline.remove(HttpPipeline.DECODER);
  }

  /**
   * Goes on in HTTP/2; the request that asked for it is the first stream's.
   *
   * @return false, and nothing was done, if the settings that the client sent are not valid
   */
  static boolean upgrade(ChannelPipeline pipeline, HttpServer server, H2cUpgrade asked) {
    Http2Settings settings;
    try {
      settings = settings(asked.settings());
    } catch (IllegalArgumentException notSettings) {
      return false;
    }
    ChannelHandlerContext encoder = pipeline.context(HttpPipeline.ENCODER);
    pipeline.write(H2cUpgrade.response());
    pipeline.remove(encoder.name());
    Http2FrameCodec codec = add(pipeline, server, Optional.of(asked.request()));
    pipeline.remove(HttpPipeline.DECODER);
    try {
      codec.onHttpServerUpgrade(settings);
    } catch (Http2Exception refused) {
      pipeline.fireExceptionCaught(refused);
    }
    pipeline.flush();
    return true;
  }

  /** A SETTINGS payload (RFC 9113, section 6.5.1). */
  private static Http2Settings settings(byte[] payload) {
    Http2Settings settings = new Http2Settings();
    ByteBuffer each = ByteBuffer.wrap(payload);
    while (each.hasRemaining()) {
      settings.put(each.getChar(), (Long) (each.getInt() & 0xffff_ffffL));
    }
    return settings;
  }

  private static Http2FrameCodec add(
      ChannelPipeline pipeline, HttpServer server, Optional<HttpRequest> upgraded) {
    Http2Session session = new Http2Session(server);
    Http2FrameCodec codec = new FrameCodecBuilder(server.limits(), session::refused).build();
    ChannelHandler streams = new StreamInitializer(session, upgraded);
    pipeline.remove(HttpPipeline.IDLE);
    pipeline.remove(HttpPipeline.CONNECTION);
    pipeline
        .addLast(CODEC, codec)
        .addLast(STREAMS, new Http2MultiplexHandler(streams, streams))
        .addLast(SESSION, session);
    pipeline.channel().config().setAutoRead(true);
    return codec;
  }
}
