package io.fdgate.protocol.http;

import io.netty.util.concurrent.EventExecutor;

/**
 * What still comes of a request to HTTP/2 whose answer has been sent. It is discarded for a while
 * before the stream is reset (RFC 9113, section 8.1): a client that is still sending may read the
 * reset together with the answer, and forget the answer. Used on one event loop.
 */
final class LateBody {
  private final Runnable enough;
  private final Countdown timer;
  private long bytes;

  /**
   * Begins to wait for the request's end.
   *
   * @param enough resets the stream
   */
  LateBody(EventExecutor loop, Runnable enough) {
    this.enough = enough;
    this.timer = new Countdown(Linger.MILLIS, enough);
    timer.start(loop);
  }

  /** A part has come, and is discarded. */
  void discarded(int length) {
    bytes += length;
    if (timer.isRunning() && bytes >= Linger.STREAM_BYTES) {
      timer.stop();
      enough.run();
    }
  }

  /** The stream has ended. */
  void stop() {
    timer.stop();
  }
}
