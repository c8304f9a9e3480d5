package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Whether an HTTP/1 connection outlasts the current answer, and what the answer says about it (RFC
 * 9112, sections 6.3 and 9.3).
 */
final class Persistence {
  private boolean http11;
  private boolean keepAlive;

  /** A request has come. */
  void begin(HttpRequest request) {
    http11 = request.protocolVersion() == HttpVersion.HTTP_1_1;
    keepAlive = HttpUtil.isKeepAlive(request);
  }

  /**
   * Completes the fields of its answer.
   *
   * @param sized whether the length is known; if not, the body is chunked, or ends with an HTTP/1.0
   *     connection
   * @param last whether the answer must be the last one
   */
  void frame(HttpHeaders headers, boolean sized, boolean last) {
    if (!sized) {
      if (http11) {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      } else {
        keepAlive = false;
      }
    }
    keepAlive = keepAlive && !last;
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (!http11) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  /** Whether the answer says nothing about it. */
  boolean isDefault() {
    return http11 && keepAlive;
  }

  boolean keepsAlive() {
    return keepAlive;
  }
}
