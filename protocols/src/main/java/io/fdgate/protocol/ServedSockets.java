package io.fdgate.protocol;

import java.util.List;

/** The sockets that the gateway serves, for protocols that show them. Thread-safe. */
@FunctionalInterface
public interface ServedSockets {
  /** All of them, in the order inherited; empty while the plan is being made. */
  List<ServedSocket> sockets();

  /**
   * One of them.
   *
   * @param fd its number
   * @param name its name as inherited
   * @param kind such as {@code tcp} or {@code unix-datagram}
   * @param address where it is bound
   * @param protocol the name of the protocol that serves it
   * @param counters what is counted for it
   */
  record ServedSocket(
      int fd, String name, String kind, Endpoint address, String protocol, Counters counters) {
    /** Whether it gives connections; otherwise datagrams. */
    public boolean isStream() {
      return !kind.equals("udp") && !kind.equals("unix-datagram");
    }
  }
}
