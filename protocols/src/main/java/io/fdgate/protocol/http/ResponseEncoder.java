package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;

/** Netty's response encoder, told whether the request was HEAD, so that no body is sent. */
final class ResponseEncoder extends HttpResponseEncoder {
  private boolean head;

  /** Says what kind of request the next answer is for. */
  void answering(boolean head) {
    this.head = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return (head && response.status().codeClass() != HttpStatusClass.INFORMATIONAL)
        || super.isContentAlwaysEmpty(response);
  }
}
