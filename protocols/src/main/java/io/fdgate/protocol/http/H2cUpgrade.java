package io.fdgate.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A request that asks to go on in HTTP/2 (RFC 7540, section 3.2, which RFC 9113 no longer
 * recommends but curl still uses). A request with a body is answered in HTTP/1, as a server may.
 */
final class H2cUpgrade {
  private static final String PROTOCOL = "h2c";
  private static final String SETTINGS = "http2-settings";

  private final HttpRequest request;
  private final byte[] settings;

  private H2cUpgrade(HttpRequest request, byte[] settings) {
    this.request = request;
    this.settings = settings;
  }

  /** What a request asks for; nothing unless it asks in proper form. */
  static Optional<H2cUpgrade> of(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!headers.contains(HttpHeaderNames.UPGRADE) || !isProper(request)) {
      return Optional.empty();
    }
    List<String> fields = headers.getAll(SETTINGS);
    if (fields.size() != 1) {
      return Optional.empty();
    }
    try {
      byte[] settings = Base64.getUrlDecoder().decode(fields.getFirst());
      return settings.length % 6 == 0
          ? Optional.of(new H2cUpgrade(request, settings))
          : Optional.empty();
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }

  private static boolean isProper(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.protocolVersion() == HttpVersion.HTTP_1_1
        && headers.containsValue(HttpHeaderNames.UPGRADE, PROTOCOL, true)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.CONNECTION, SETTINGS, true)
        && !HttpUtil.isTransferEncodingChunked(request)
        && HttpUtil.getContentLength(request, 0L) == 0;
  }

  /** The request as it came. */
  HttpRequest original() {
    return request;
  }

  /** The request as the first stream has it. */
  HttpRequest request() {
    HttpRequest same =
        new DefaultHttpRequest(
            RequestFields.HTTP_2, request.method(), request.uri(), request.headers().copy());
    same.headers()
        .remove(HttpHeaderNames.CONNECTION)
        .remove(HttpHeaderNames.UPGRADE)
        .remove(SETTINGS);
    return same;
  }

  /** The payload of a SETTINGS frame: settings of two and four bytes each. */
  byte[] settings() {
    return settings.clone();
  }

  /** What is said before the connection is HTTP/2. */
  static FullHttpResponse response() {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, PROTOCOL);
    return response;
  }
}
