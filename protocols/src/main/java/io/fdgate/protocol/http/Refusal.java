package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;

/**
 * A request that is not served, and the last message of its connection: the answer is an error, and
 * nothing behind it is read.
 *
 * @param status such as 400
 * @param reason for the answer's text and the debug log; holds nothing that the peer sent
 * @param request the request, where its head could be read
 */
record Refusal(HttpResponseStatus status, String reason, Optional<HttpRequest> request) {
  Refusal(HttpResponseStatus status, String reason) {
    this(status, reason, Optional.empty());
  }
}
