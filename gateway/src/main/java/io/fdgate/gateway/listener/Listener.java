package io.fdgate.gateway.listener;

import io.netty.util.concurrent.Future;

/** An inherited socket that is being served. */
public sealed interface Listener permits DatagramListener, InheritedConnection, StreamListener {
  /** What it serves. */
  Binding binding();

  /** Succeeds once the socket's events arrive at its event loop; fails when that cannot be. */
  Future<?> serving();

  /**
   * Serves new connections, or the next datagrams, by another plan for the same socket. What is
   * open goes on as it is. Main thread.
   */
  void serve(Binding other);

  /** Done when no connection and no datagram is taken any more, until {@link #resume}. */
  Future<?> pause();

  /** Goes on after a {@link #pause}. */
  void resume();

  /** Whether there is more to wait for; a connection that systemd accepted comes alone. */
  boolean keepsServiceAlive();

  /**
   * Takes no more connections or datagrams and closes our copy of the descriptor; the service
   * manager's stays open, and what arrives from now on waits for the next process. Connections that
   * were accepted go on. Any thread, any number of times.
   */
  void stop();

  /** Done when {@link #stop} has answered what was received. */
  Future<?> stopped();

  /** Done when the descriptor is closed, for whatever reason. */
  Future<?> closed();
}
