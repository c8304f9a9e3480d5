package io.fdgate.protocol;

import io.netty.channel.Channel;

/** Fills the pipeline of each new connection of one inherited socket. */
@FunctionalInterface
public interface ConnectionInitializer {
  /**
   * Adds the protocol's handlers. Called before the connection is registered with its event loop,
   * or on it once the header of the PROXY protocol was received ({@link Proxied}); {@code
   * channelRegistered} and {@code channelActive} follow in both cases. It must not block.
   * Half-closure is allowed on the connection, so its last handler must answer {@link
   * io.netty.channel.socket.ChannelInputShutdownEvent} by closing once everything is written.
   * {@link GatewayEvent#DRAIN} arrives as a user event when the gateway stops. What this throws
   * closes the connection, and is logged as the protocol's fault.
   */
  void initialize(Channel connection);
}
