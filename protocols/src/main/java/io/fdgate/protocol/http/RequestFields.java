package io.fdgate.protocol.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of an HTTP/2 request as those of HTTP/1, which routes know (RFC 9113, section 8.3.1).
 *
 * <p>Netty has refused bad names and values, connection-specific fields, TE besides {@code
 * trailers}, pseudo-header fields that are unknown, missing, or not at the beginning, and a body
 * that is not as long as Content-Length says.
 */
final class RequestFields {
  static final HttpVersion HTTP_2 = new HttpVersion("HTTP", 2, 0, true);

  private static final String CRUMB_SEPARATOR = "; ";

  private RequestFields() {}

  /** The request; nothing when its fields are malformed. */
  static Optional<HttpRequest> toRequest(Http2Headers fields) {
    for (PseudoHeaderName name : PseudoHeaderName.values()) {
      if (fields.getAll(name.value()).size() > (isOfRequest(name) ? 1 : 0)) {
        return Optional.empty();
      }
    }
    CharSequence method = fields.method();
    CharSequence path = fields.path();
    CharSequence authority = fields.authority();
    boolean connect = HttpMethod.CONNECT.asciiName().contentEquals(method);
    CharSequence target = connect ? authority : path;
    if (!isToken(method) || !(connect || isPath(path, method)) || !isVisible(target)) {
      return Optional.empty();
    }
    HttpHeaders headers = copy(fields);
    if (authority != null) {
      String host = headers.get(HttpHeaderNames.HOST);
      if (host != null && !host.contentEquals(authority)) {
        return Optional.empty();
      }
      headers.set(HttpHeaderNames.HOST, authority);
    }
    return Optional.of(
        new DefaultHttpRequest(
            HTTP_2, HttpMethod.valueOf(method.toString()), target.toString(), headers));
  }

  private static boolean isOfRequest(PseudoHeaderName name) {
    return switch (name) {
      case METHOD, SCHEME, AUTHORITY, PATH -> true;
      case STATUS, PROTOCOL -> false;
    };
  }

  /** The regular fields, with one Cookie of all its crumbs (RFC 9113, section 8.2.3). */
  static HttpHeaders copy(Http2Headers fields) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (Map.Entry<CharSequence, CharSequence> field : fields) {
      CharSequence name = field.getKey();
      if (name.charAt(0) == ':') {
        continue;
      }
      if (HttpHeaderNames.COOKIE.contentEquals(name) && headers.contains(HttpHeaderNames.COOKIE)) {
        headers.set(
            HttpHeaderNames.COOKIE,
            headers.get(HttpHeaderNames.COOKIE) + CRUMB_SEPARATOR + field.getValue());
      } else {
        headers.add(name, field.getValue());
      }
    }
    return headers;
  }

  private static boolean isPath(CharSequence path, CharSequence method) {
    return path.charAt(0) == '/'
        || (path.length() == 1
            && path.charAt(0) == '*'
            && HttpMethod.OPTIONS.asciiName().contentEquals(method));
  }

  private static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f || !HeadLines.isToken((byte) text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isVisible(CharSequence text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
