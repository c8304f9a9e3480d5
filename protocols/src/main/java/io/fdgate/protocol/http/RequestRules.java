package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Set;

/** What a whole head must satisfy before anything is done for it. */
final class RequestRules {
  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS,
          HttpMethod.TRACE);
  private static final int MAX_LENGTH_DIGITS = 18;

  private RequestRules() {}

  /** Refuses a request whose framing, target or expectation is not what we serve. */
  static void check(HttpRequest request, Limits limits) throws RefusedException {
    HttpHeaders headers = request.headers();
    host(request.protocolVersion(), headers.getAll(HttpHeaderNames.HOST));
    framing(headers, limits);
    if (!METHODS.contains(request.method())) {
      throw new RefusedException(
          HttpResponseStatus.NOT_IMPLEMENTED, "the method is not implemented");
    }
    RequestTarget.check(request);
    String expect = headers.get(HttpHeaderNames.EXPECT);
    if (expect != null
        && request.protocolVersion() != HttpVersion.HTTP_1_0
        && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
      throw new RefusedException(
          HttpResponseStatus.EXPECTATION_FAILED, "only 100-continue can be expected");
    }
  }

  /**
   * Refuses a request whose line would be too long, if it had one.
   *
   * @param request of HTTP/2
   */
  static void checkLine(HttpRequest request, Limits limits) throws RefusedException {
    int length =
        request.method().name().length()
            + request.uri().length()
            + request.protocolVersion().text().length()
            + 2;
    if (length > limits.requestLine()) {
      throw tooLongLine(limits);
    }
  }

  static RefusedException tooLongLine(Limits limits) {
    return new RefusedException(
        HttpResponseStatus.REQUEST_URI_TOO_LONG,
        "a request line may have " + limits.requestLine() + " bytes");
  }

  /** One Host, at most one in HTTP/1.0, in the form of an authority (RFC 9112, 3.2). */
  private static void host(HttpVersion version, List<String> hosts) throws RefusedException {
    if (hosts.size() > 1 || (hosts.isEmpty() && version != HttpVersion.HTTP_1_0)) {
      throw RefusedException.malformed("a request has one Host");
    }
    if (!hosts.isEmpty() && !Authority.isHostAndPort(hosts.getFirst())) {
      throw RefusedException.malformed("the Host is not a host and port");
    }
  }

  /** Where the body ends must not be open to interpretation (RFC 9112, section 6). */
  private static void framing(HttpHeaders headers, Limits limits) throws RefusedException {
    if (headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
        || headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
      // Netty's decoder takes it for the draft of WebSocket that had eight bytes of hidden body.
      throw RefusedException.malformed("this draft of WebSocket is not served");
    }
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (!codings.isEmpty() && !lengths.isEmpty()) {
      throw RefusedException.malformed("Content-Length and Transfer-Encoding exclude each other");
    }
    if (lengths.size() > 1 || codings.size() > 1) {
      throw RefusedException.malformed("a framing field is repeated");
    }
    if (!lengths.isEmpty()) {
      length(lengths.getFirst(), limits);
    }
    if (!codings.isEmpty()
        && !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())) {
      for (String coding : codings.getFirst().split(",", -1)) {
        if (coding.isBlank()) {
          throw RefusedException.malformed("Transfer-Encoding has an empty member");
        }
      }
      throw new RefusedException(
          HttpResponseStatus.NOT_IMPLEMENTED, "chunked is the only transfer coding");
    }
  }

  private static void length(String length, Limits limits) throws RefusedException {
    if (length.isEmpty()
        || length.length() > MAX_LENGTH_DIGITS
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw RefusedException.malformed("Content-Length is not a number");
    }
    if (Long.parseLong(length) > limits.body()) {
      throw tooLarge(limits);
    }
  }

  static RefusedException tooLarge(Limits limits) {
    return new RefusedException(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "a body may have " + limits.body() + " bytes");
  }
}
