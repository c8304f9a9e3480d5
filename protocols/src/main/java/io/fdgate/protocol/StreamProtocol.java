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

  /**
   * Whether the protocol receives and sends on its connections' sockets itself ({@link
   * io.netty.channel.unix.UnixChannel#fd}, a {@link io.netty.channel.epoll.LinuxSocket}). Then the
   * channel of a TCP connection that was accepted is in no epoll instance, reads nothing and can
   * write nothing, and has set no option of the socket; to close it closes the socket. Any other
   * has a channel of epoll, which must be deregistered first: a connection of another family, with
   * a header of the PROXY protocol, from systemd or another process, or of a socket that a reload
   * has given to this protocol.
   */
  default boolean takesSockets() {
    return false;
  }
}
