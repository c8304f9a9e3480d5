package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;

/** A connection that systemd accepted (Accept=yes). */
final class InheritedConnection implements Listener {
  private Binding binding;
  private final Channel channel;
  private final Future<?> serving;

  private InheritedConnection(Binding binding, Channel channel, Future<?> serving) {
    this.binding = binding;
    this.channel = channel;
    this.serving = serving;
  }

  static InheritedConnection adopt(
      Binding binding, Binding.Service.Connections service, Connections connections) {
    Channel channel = channel(binding.socket());
    return new InheritedConnection(binding, channel, connections.serve(channel, binding, service));
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
    return false;
  }

  /** The connection itself goes on as it is. */
  @Override
  public void serve(Binding other) {
    binding = other;
  }

  @Override
  public Future<?> pause() {
    return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
  }

  @Override
  public void resume() {}

  /** There is nothing more to take; the connection itself is drained with all others. */
  @Override
  public void stop() {}

  @Override
  public Future<?> stopped() {
    return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
  }

  @Override
  public Future<?> closed() {
    return channel.closeFuture();
  }

  /** A channel of an established connection, which owns its descriptor. */
  static Channel channel(InheritedSocket socket) {
    return switch (socket.family()) {
      case IPV4, IPV6 -> new EpollSocketChannel(socket.fd());
      case UNIX, VSOCK -> new EpollDomainSocketChannel(socket.fd());
    };
  }
}
