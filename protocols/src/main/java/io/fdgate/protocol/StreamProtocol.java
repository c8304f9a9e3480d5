package io.fdgate.protocol;

/** A protocol for connections: TCP, Unix stream and VSOCK, accepted by us or by systemd. */
public interface StreamProtocol extends Protocol {
  /**
   * Prepares to serve one inherited socket. Called once for each, on the main thread, while the
   * plan is made: before anything is adopted, and also when another socket's fault then stops the
   * start. It must therefore not open sockets or start threads.
   *
   * @throws SettingException when the settings cannot work; reported together with all other faults
   */
  ConnectionInitializer connections(SocketContext socket) throws SettingException;

  /**
   * Whether a connection can go on in another process, from any point between two messages, without
   * anything being known of what was before. Then the protocol answers {@link GatewayEvent#LEAVE}.
   * Such connections are kept if the configuration says {@code keep_connections}.
   */
  default boolean keepsConnections() {
    return false;
  }
}
