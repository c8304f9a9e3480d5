package io.fdgate.gateway.listener;

import java.util.HashMap;
import java.util.Map;

/**
 * Chooses an event loop for each socket: in turn, but those of one name on different ones, so that
 * sockets that share a port (ReusePort=) share the processors too.
 */
final class LoopChoice {
  private final int loops;
  private final Map<String, Integer> lastOfName = new HashMap<>();
  private int turn;

  /**
   * Nothing was chosen yet.
   *
   * @param loops how many there are
   */
  LoopChoice(int loops) {
    this.loops = loops;
  }

  /** The loop for the next socket of a name, from 0. */
  int next(String name) {
    Integer last = lastOfName.get(name);
    int loop = (last == null ? turn++ : last + 1) % loops;
    lastOfName.put(name, loop);
    return loop;
  }
}
