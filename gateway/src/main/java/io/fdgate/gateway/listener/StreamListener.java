package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.util.concurrent.Future;
import java.io.IOException;

/** A listening stream socket: TCP, Unix or VSOCK. */
final class StreamListener implements Listener {
  private final AcceptHandler accept;
  private Binding binding;
  private final ServerChannel channel;
  private final Future<?> serving;

  private StreamListener(
      Binding binding, AcceptHandler accept, ServerChannel channel, Future<?> serving) {
    this.binding = binding;
    this.accept = accept;
    this.channel = channel;
    this.serving = serving;
  }

  /** Adopts a listening socket; connections that are already queued on it are accepted at once. */
  static StreamListener adopt(
      Binding binding,
      Binding.Service.Connections service,
      IoEventLoop loop,
      Connections connections)
      throws IOException {
    AcceptHandler accept = new AcceptHandler(binding, service, connections);
    ServerChannel channel = channel(binding, accept);
    // How many it accepts at once the handler says.
    channel
        .config()
        .setRecvByteBufAllocator(
            new ServerChannelRecvByteBufAllocator().respectMaybeMoreData(false));
    channel.pipeline().addLast("accept", accept);
    return new StreamListener(binding, accept, channel, loop.register(channel));
  }

  @Override
  public Binding binding() {
    return binding;
  }

  @Override
  public Future<?> serving() {
    return serving;
  }

  @Override
  public boolean keepsServiceAlive() {
    return true;
  }

  @Override
  public void serve(Binding other) {
    binding = other;
    if (other.service() instanceof Binding.Service.Connections service) {
      channel.eventLoop().execute(() -> accept.serve(other, service));
    }
  }

  @Override
  public Future<?> pause() {
    return channel.eventLoop().submit(() -> accept.pause(channel.config()));
  }

  @Override
  public void resume() {
    channel.eventLoop().execute(() -> accept.resume(channel.config()));
  }

  /** Closes without shutdown(2), which would stop the manager's copy too, and without unlink(2). */
  @Override
  public void stop() {
    channel.close();
  }

  @Override
  public Future<?> stopped() {
    return channel.closeFuture();
  }

  @Override
  public Future<?> closed() {
    return channel.closeFuture();
  }

  private static ServerChannel channel(Binding binding, AcceptHandler accept) throws IOException {
    InheritedSocket socket = binding.socket();
    return switch (socket.family()) {
      case IPV4, IPV6 -> {
        if (binding.takesSockets()) {
          yield new TakingListener(socket, accept::takesSockets);
        }
        // Netty's channel sets SO_REUSEADDR, which would stay behind on the manager's copy.
        LinuxSocket before = LinuxSocket.newSocket(socket.fd());
        boolean reuseAddress = before.isReuseAddress();
        ServerChannel channel = new EpollServerSocketChannel(socket.fd());
        if (!reuseAddress) {
          before.setReuseAddress(false);
        }
        yield channel;
      }
      // VSOCK too: the channel is the same but for addresses. Without "active" it never accepts.
      case UNIX, VSOCK -> new EpollServerDomainSocketChannel(socket.fd(), true);
    };
  }
}
