package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.fdgate.libc.Libc;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns planned sockets into listeners, each on an event loop. */
public final class SocketAdopter {
  private static final Logger logger = LoggerFactory.getLogger(SocketAdopter.class);

  private final IoEventLoop[] loops;
  private final LoopChoice choice;
  private final Connections connections;

  /** An adopter for one gateway. */
  public SocketAdopter(MultiThreadIoEventLoopGroup group, Connections connections) {
    loops = new IoEventLoop[group.executorCount()];
    for (int i = 0; i < loops.length; i++) {
      loops[i] = group.next();
    }
    choice = new LoopChoice(loops.length);
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
    setFlags(socket);
    IoEventLoop loop = loops[choice.next(socket.name())];
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

  /**
   * Sets O_NONBLOCK: without it an event loop hangs in recvfrom(2), or in accept(2) when another
   * process takes the connection first. systemd passes blocking sockets unless the unit says
   * NonBlocking=, and Podman clears the flag. And FD_CLOEXEC, for the processes that are started
   * here, such as systemctl.
   */
  static void setFlags(InheritedSocket socket) throws IOException {
    int fd = socket.fd();
    int result = socket.nonBlocking() ? 0 : Libc.setNonBlocking(fd);
    if (result >= 0) {
      result = Libc.setCloseOnExec(fd);
    }
    if (result < 0) {
      throw new IOException("fcntl(" + fd + "): errno " + -result);
    }
  }
}
