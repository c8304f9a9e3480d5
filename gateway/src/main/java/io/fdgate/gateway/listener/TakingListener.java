package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.netty.channel.Channel;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.NativeInetAddress;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A listening TCP socket whose protocol uses its connections' sockets itself. There is none for
 * Unix sockets: only Netty's own channel of a connection can ask for the peer's credentials.
 */
final class TakingListener extends AbstractEpollServerChannel {
  private final BooleanSupplier taken;
  private final EpollChannelConfig config = new EpollChannelConfig(this) {}; // protected

  /**
   * Adopts a listening socket.
   *
   * @param taken whether the next connection's protocol takes the socket; a reload may change it
   */
  TakingListener(InheritedSocket socket, BooleanSupplier taken) {
    super(LinuxSocket.newSocket(socket.fd()), true);
    this.taken = taken;
  }

  @Override
  protected Channel newChildChannel(int fd, byte[] address, int offset, int length) {
    if (!taken.getAsBoolean()) {
      return new EpollSocketChannel(fd);
    }
    return new TakenConnection(
        LinuxSocket.newSocket(fd), NativeInetAddress.address(address, offset, length));
  }

  @Override
  public EpollChannelConfig config() {
    return config;
  }

  /** Nobody asks; the binding knows it. */
  @Override
  protected @Nullable SocketAddress localAddress0() {
    return null;
  }
}
