package io.fdgate.protocol.http;

/**
 * Whether a peer gets on. One that sends or takes a byte now and then is never idle, and holds what
 * it holds for as long as it likes: so each period has to bring a step of what is awaited from it,
 * and to take a step of what waits for it, or all of that. Used on one event loop.
 */
final class PeerPace {
  private static final long STEP = 16 * 1024;

  private boolean awaitedThen;
  private long receivedThen;
  private long pendingThen;
  private long takenThen;

  /**
   * Begins a period, and says whether the one that ends was too slow; what is said before the first
   * has begun is of no account.
   *
   * @param awaited whether a part of a request's body is still to come
   * @param received the bytes of bodies that have come
   * @param sent the bytes that were handed over to be sent
   * @param pending the bytes of them that the peer has not taken yet
   */
  boolean isTooSlow(boolean awaited, long received, long sent, long pending) {
    long taken = sent - pending;
    boolean slow =
        (awaitedThen && awaited && received - receivedThen < STEP)
            || (pending > 0 && taken - takenThen < Math.min(STEP, pendingThen));
    awaitedThen = awaited;
    receivedThen = received;
    pendingThen = pending;
    takenThen = taken;
    return slow;
  }
}
