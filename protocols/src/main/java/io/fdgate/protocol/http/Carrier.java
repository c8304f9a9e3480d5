package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.OptionalLong;

/**
 * What carries an exchange: a connection of HTTP/1, or a stream of HTTP/2. Used on its event loop.
 */
interface Carrier {
  /** What a request may cost. */
  Limits limits();

  /** The value of a Date field. */
  CharSequence date();

  /** Who asks. */
  Peer peer();

  /** Whether the gateway is stopping. */
  boolean isDraining();

  /** The length of a request's body; nothing when only its end will tell. */
  OptionalLong bodyLength(HttpRequest request);

  /**
   * Adds the fields that delimit the current answer and say what becomes of the connection.
   *
   * @param headers of the answer; Content-Length is there if the length is known
   * @param sized whether it is
   */
  void frame(HttpHeaders headers, boolean sized);

  /**
   * Sends an answer that was encoded before, if it can be that one.
   *
   * @return whether it was sent
   */
  boolean send(FixedAnswer answer);

  /** A source of the same bytes in parts that can be written. */
  BodySource parts(BodySource source);

  /** Flushes, unless the end of the current read will. */
  void flushUnlessReading();

  /** Looks whether the current exchange is done with; called when its answer has ended. */
  void advance();

  /** Leaves the connection to WebSocket; called when the current request has ended. */
  void upgrade();
}
