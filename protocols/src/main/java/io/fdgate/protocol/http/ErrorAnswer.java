package io.fdgate.protocol.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last answer of a connection whose peer broke a rule. */
final class ErrorAnswer {
  private final Refusal refusal;
  private final Optional<HttpRequest> request;
  private final CharSequence date;
  private final byte[] text;

  /**
   * An answer.
   *
   * @param begun the request that was being served, if any
   */
  ErrorAnswer(Refusal refusal, @Nullable HttpRequest begun, CharSequence date) {
    this.refusal = refusal;
    this.request = refusal.request().or(() -> Optional.ofNullable(begun));
    this.date = date;
    this.text = (refusal.reason() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  boolean isTo(HttpMethod method) {
    return request.filter(each -> each.method().equals(method)).isPresent();
  }

  int status() {
    return refusal.status().code();
  }

  FullHttpResponse response() {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, refusal.status(), Unpooled.wrappedBuffer(text));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, text.length)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        .set(HttpHeaderNames.DATE, date);
    return response;
  }

  AccessLine accessLine(Peer peer) {
    return new AccessLine(
        peer.host(),
        System.currentTimeMillis(),
        request
            .map(each -> each.method() + " " + each.uri() + " " + each.protocolVersion())
            .orElse("-"),
        status(),
        isTo(HttpMethod.HEAD) ? 0 : text.length,
        request.map(each -> each.headers().get(HttpHeaderNames.REFERER, "-")).orElse("-"),
        request.map(each -> each.headers().get(HttpHeaderNames.USER_AGENT, "-")).orElse("-"));
  }
}
