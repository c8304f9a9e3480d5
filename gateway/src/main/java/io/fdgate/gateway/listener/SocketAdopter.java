package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.fdgate.gateway.activation.NonBlocking;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns planned sockets into listeners, each on the next event loop. */
public final class SocketAdopter {
  private static final Logger logger = LoggerFactory.getLogger(SocketAdopter.class);

  private final IoEventLoopGroup loops;
  private final Connections connections;

  /** An adopter for one gateway. */
  public SocketAdopter(IoEventLoopGroup loops, Connections connections) {
    this.loops = loops;
    this.connections = connections;
  }

  /**
   * Adopts a socket, which it owns from then on.
   *
   * @return the listener; nothing for a connection whose peer has already left
   * @throws IOException when the kernel refuses
   */
  public Optional<Listener> adopt(Binding binding) throws IOException {
    InheritedSocket socket = binding.socket();
    if (socket.role() == Role.GONE) {
      LinuxSocket.newSocket(socket.fd()).close();
      logger.info(LogEvent.PEER_GONE, "{}: the peer left before it could be served", socket);
      return Optional.empty();
    }
    if (!socket.nonBlocking()) {
      NonBlocking.set(socket.fd());
    }
    IoEventLoop loop = loops.next();
    // Not a switch over the sealed type: that is linked at run time, which costs a cold start
    // dearly.
    if (binding.service() instanceof Binding.Service.Connections streams) {
      return Optional.of(
          socket.role() == Role.LISTENER
              ? StreamListener.adopt(binding, streams, loop, connections)
              : InheritedConnection.adopt(binding, streams, connections));
    }
    return Optional.of(
        DatagramListener.adopt(binding, (Binding.Service.Datagrams) binding.service(), loop));
  }
}
