package io.fdgate.protocol;

import java.time.Duration;

/** A user event that the gateway fires through the pipeline of every connection. */
public enum GatewayEvent {
  /**
   * The gateway is stopping: finish what is in flight and close. A request may be on its way on a
   * connection that looks idle: it is waited for, for {@link #GRACE}, and no close may reset it. A
   * connection that is still open when {@code drain_timeout} ends is closed by the gateway.
   */
  DRAIN,

  /**
   * The gateway is stopping and the connection goes on in the next process: see {@link
   * StreamProtocol#keepsConnections}. What the kernel has not handed out stays there; what was
   * received is to be finished. Then, and not before, {@link KeptConnection#leave}. A connection
   * that does not come to this point in {@code drain_timeout} is closed.
   */
  LEAVE;

  /** How long a connection that is idle when the gateway stops may still bring a request. */
  public static final Duration GRACE = Duration.ofSeconds(1);
}
