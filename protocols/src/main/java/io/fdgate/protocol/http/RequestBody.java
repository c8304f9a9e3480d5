package io.fdgate.protocol.http;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;

/** What comes of a request behind its head. Used on the connection's event loop. */
final class RequestBody {
  private BodyReader reader = BodyReader.DISCARD;
  private boolean continueExpected;
  private boolean ended;
  private long received;

  /**
   * Of a request that has begun.
   *
   * @param continueExpected whether its client waits to be told to send the body
   */
  RequestBody(boolean continueExpected) {
    this.continueExpected = continueExpected;
  }

  /**
   * Takes it, instead of discarding it.
   *
   * @return whether the client is to be told to send it
   */
  boolean readBy(BodyReader bodyReader) {
    reader = bodyReader;
    boolean awaited = continueExpected;
    continueExpected = false;
    return awaited;
  }

  /** Takes a part, and its end. */
  void receive(HttpContent content, Limits limits) throws RefusedException {
    received += content.content().readableBytes();
    if (received > limits.body()) {
      content.release();
      throw RequestRules.tooLarge(limits);
    }
    HttpHeaders trailers =
        content instanceof LastHttpContent last
            ? last.trailingHeaders()
            : EmptyHttpHeaders.INSTANCE;
    ended = content instanceof LastHttpContent;
    if (content.content().isReadable()) {
      reader.content(content.content());
    } else {
      content.release();
    }
    if (ended) {
      continueExpected = false;
      reader.end(trailers);
    }
  }

  /** The bytes that have come. */
  long received() {
    return received;
  }

  boolean isEnded() {
    return ended;
  }

  /** Whether the client waits to be told to send it. */
  boolean isContinueExpected() {
    return continueExpected;
  }
}
