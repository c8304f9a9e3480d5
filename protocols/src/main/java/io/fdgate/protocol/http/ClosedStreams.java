package io.fdgate.protocol.http;

import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The streams that we reset of late, on which their peer may still send what it had begun (RFC
 * 9113, section 5.1).
 */
final class ClosedStreams extends Http2ConnectionAdapter {
  /** As many as can be reset before the connection is ended for it. */
  private static final int MAX = FrameCodecBuilder.MAX_RESETS;

  private final Queue<Integer> reset = new ArrayDeque<>();

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (stream.isResetSent()) {
      reset.add(stream.id());
      if (reset.size() > MAX) {
        reset.remove();
      }
    }
  }

  boolean mayReceive(int id) {
    return reset.contains(id);
  }
}
