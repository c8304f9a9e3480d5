package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.OptionalLong;

/** Sends a request's body back as it arrives, trailers too. */
final class EchoRoute implements Route {
  @Override
  public void serve(Exchange exchange) {
    HttpHeaders headers =
        Exchange.headers()
            .set(
                HttpHeaderNames.CONTENT_TYPE,
                exchange
                    .request()
                    .headers()
                    .get(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream"));
    OptionalLong length = exchange.bodyLength();
    exchange.readBody(
        new BodyReader() {
          private boolean started;

          /** With the first part: until then an error can still be answered. */
          private void start() {
            if (!started) {
              started = true;
              exchange.start(HttpResponseStatus.OK, headers, length);
            }
          }

          @Override
          public void content(ByteBuf content) {
            start();
            exchange.write(content);
          }

          @Override
          public void end(HttpHeaders trailers) {
            start();
            exchange.end(trailers);
          }
        });
  }
}
