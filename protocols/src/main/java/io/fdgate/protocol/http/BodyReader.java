package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/** Takes a request's body as it arrives. Called on the connection's event loop. */
interface BodyReader {
  /** Throws the body away. */
  BodyReader DISCARD =
      new BodyReader() {
        @Override
        public void content(ByteBuf content) {
          content.release();
        }

        @Override
        public void end(HttpHeaders trailers) {}
      };

  /**
   * Takes a part.
   *
   * @param content belongs to the reader
   */
  void content(ByteBuf content);

  /**
   * Takes the end.
   *
   * @param trailers possibly empty
   */
  void end(HttpHeaders trailers);
}
