package io.fdgate.protocol.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.Optional;

/** Fills the pipelines of one session's streams. */
@Sharable
final class StreamInitializer extends ChannelInitializer<Channel> {
  private final Http2Session session;
  private Optional<HttpRequest> upgraded;

  /**
   * For one session.
   *
   * @param upgraded the request of the first stream, if it came in HTTP/1
   */
  StreamInitializer(Http2Session session, Optional<HttpRequest> upgraded) {
    this.session = session;
    this.upgraded = upgraded;
  }

  @Override
  protected void initChannel(Channel channel) {
    Http2StreamChannel stream = (Http2StreamChannel) channel;
    FirstStream.open(stream);
    AnswerFrames answers = new AnswerFrames();
    stream
        .pipeline()
        .addLast("answer-frames", answers)
        .addLast("http", new StreamCarrier(session, answers, upgraded));
    upgraded = Optional.empty();
  }
}
