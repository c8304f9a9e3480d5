package io.fdgate.protocol;

/** A user event that the gateway fires through the pipeline of every connection. */
public enum GatewayEvent {
  /**
   * The gateway is stopping: finish what is in flight and close. A connection that is still open
   * when {@code drain_timeout} ends is closed by the gateway.
   */
  DRAIN
}
