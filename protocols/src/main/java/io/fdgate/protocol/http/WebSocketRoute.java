package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Makes a WebSocket of the connection (RFC 6455, section 4.2). */
final class WebSocketRoute implements Route {
  private static final String VERSION = "13";

  @Override
  public void serve(Exchange exchange) {
    HttpRequest request = exchange.request();
    if (!exchange.isGetOrHead()) {
      exchange.answerMethods("GET, OPTIONS");
    } else if (!asksForWebSocket(request)) {
      exchange.answer(
          HttpResponseStatus.UPGRADE_REQUIRED,
          Exchange.headers()
              .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
              .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
              .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION),
          "this is a WebSocket\n");
    } else if (!request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)) {
      exchange.answer(HttpResponseStatus.BAD_REQUEST, "a WebSocket needs a Sec-WebSocket-Key");
    } else {
      exchange.readBody(
          new BodyReader() {
            @Override
            public void content(ByteBuf content) {
              content.release();
            }

            @Override
            public void end(HttpHeaders trailers) {
              exchange.upgrade();
            }
          });
    }
  }

  private static boolean asksForWebSocket(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.GET)
        && request.protocolVersion() == HttpVersion.HTTP_1_1
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
  }
}
