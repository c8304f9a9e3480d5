package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A connection that the service manager holds too, so that it can go on in the next process ({@code
 * keep_connections}). Only connections of protocols that {@link StreamProtocol#keepsConnections}
 * are. Used on the connection's event loop.
 */
public interface KeptConnection {
  /** Where a connection has it; for the gateway. */
  AttributeKey<KeptConnection> KEY = AttributeKey.valueOf(KeptConnection.class, "kept");

  /** What is kept of a connection; nothing if it ends with this process. */
  static Optional<KeptConnection> of(Channel connection) {
    return connection.hasAttr(KEY)
        ? Optional.ofNullable(connection.attr(KEY).get())
        : Optional.empty();
  }

  /**
   * Ends a connection for whoever holds a copy of its descriptor, which close(2) alone does not. A
   * reset (SO_LINGER of 0) is left to the last close.
   */
  static void end(Socket socket) {
    try {
      if (socket.isOpen() && socket.getSoLinger() != 0) {
        socket.shutdown(true, true);
      }
    } catch (IOException | NotYetConnectedException gone) {
      // Then there is no connection to be ended.
    }
  }

  /** Whether it comes from another process; then both sides may be in the middle of something. */
  boolean isResumed();

  /**
   * The descriptor that was kept with it, of a connection that is resumed; the caller's from now.
   */
  OptionalInt takeCompanion();

  /**
   * Has another connection kept with this one, for as long as this one is open: both come back or
   * neither is worth anything. To be ended by {@link #end}.
   *
   * @param fd stays the caller's
   */
  void keepWith(int fd);

  /**
   * The answer to {@link GatewayEvent#LEAVE}: nothing that was received is held here any more.
   * Closes this process's copy; the peer notices nothing.
   */
  void leave();
}
