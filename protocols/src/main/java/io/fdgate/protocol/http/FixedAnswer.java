package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;

/**
 * An answer that differs from the one before in nothing but its Date: each event loop encodes it
 * for HTTP/1.1 once a second. Thread-safe. One for the life of the process, as what it has encoded
 * is the event loops'.
 */
final class FixedAnswer implements Route {
  private final String type;
  private final ByteBuf body;
  private final FastThreadLocal<Encoded> encoded =
      new FastThreadLocal<>() {
        @Override
        protected Encoded initialValue() {
          return new Encoded("", Unpooled.EMPTY_BUFFER);
        }

        @Override
        protected void onRemoval(Encoded last) {
          last.bytes.release();
        }
      };

  private record Encoded(CharSequence date, ByteBuf bytes) {}

  /**
   * For GET and HEAD.
   *
   * @param type its media type
   * @param text its body, in ASCII
   */
  FixedAnswer(String type, String text) {
    this.type = type;
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    this.body =
        Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes))
            .asReadOnly();
  }

  @Override
  public void serve(Exchange exchange) {
    exchange.answer(this);
  }

  HttpHeaders headers() {
    return Exchange.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
  }

  ByteBuf body() {
    return body.duplicate();
  }

  int length() {
    return body.readableBytes();
  }

  /**
   * Head and body, for a connection of HTTP/1.1 that stays; the caller's to release.
   *
   * @param date the value of its Date field, the same object as long as it is the same
   */
  ByteBuf encoded(CharSequence date, ResponseEncoder encoder) {
    Encoded last = encoded.get();
    if (last.date != date) {
      Encoded next = new Encoded(date, encoder.encode(whole(date)));
      last.bytes.release();
      last = next;
      encoded.set(next);
    }
    return last.bytes.retainedDuplicate();
  }

  private FullHttpResponse whole(CharSequence date) {
    FullHttpResponse whole =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body());
    whole
        .headers()
        .set(headers())
        .set(HttpHeaderNames.CONTENT_LENGTH, length())
        .set(HttpHeaderNames.DATE, date);
    return whole;
  }
}
