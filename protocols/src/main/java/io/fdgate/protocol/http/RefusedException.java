package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** A rule that a request broke. It has no stack trace, as it is the peer's fault. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient HttpResponseStatus status;

  RefusedException(HttpResponseStatus status, String reason) {
    super(reason, null, false, false);
    this.status = status;
  }

  /** A request that is not HTTP. */
  static RefusedException malformed(String reason) {
    return new RefusedException(HttpResponseStatus.BAD_REQUEST, reason);
  }

  HttpResponseStatus status() {
    return status;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
