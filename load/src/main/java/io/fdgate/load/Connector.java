package io.fdgate.load;

import io.fdgate.protocol.DialAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens connections of every kind. Host names are looked up once, when it is made. */
final class Connector {
  private static final int LEAST_BUFFER = 2048;
  private static final int MOST_BUFFER = 64 * 1024;
  private static final int MOST_DATAGRAM = 256 * 1024;
  private static final long VSOCK_POLL_MICROS = 100;
  private static final AtomicLong CLIENTS = new AtomicLong();

  private final Plan plan;
  private final SocketAddress remote;

  Connector(Plan plan) throws LoadException {
    this.plan = plan;
    remote =
        switch (plan.target().address()) {
          case DialAddress.Inet(_, String host, int port) -> resolve(host, port);
          case DialAddress.Unix unix -> new DomainSocketAddress(unix.path());
          case DialAddress.Vsock(int cid, int port) -> new VSockAddress(cid, port);
        };
  }

  private static SocketAddress resolve(String host, int port) throws LoadException {
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException unknown) {
      throw LoadException.target(host + ": unknown host");
    }
  }

  /** Opens a connection for a lane, on its worker's loop; told on that loop why it cannot be. */
  void open(Lane lane, Consumer<Throwable> refused) {
    EventLoop loop = lane.worker().loop();
    if (remote instanceof VSockAddress vsock) {
      openVsock(lane, vsock, refused);
      return;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(channel())
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(plan.times().timeout().toMillis(), Integer.MAX_VALUE))
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(buffer()))
            .handler(initializer(lane));
    if (remote instanceof InetSocketAddress && plan.target().address().isStream()) {
      bootstrap.option(ChannelOption.TCP_NODELAY, true);
    }
    ChannelFuture connecting =
        remote instanceof DomainSocketAddress && !plan.target().address().isStream()
            ? bootstrap.connect(remote, ownAddress())
            : bootstrap.connect(remote);
    connecting.addListener((ChannelFuture done) -> {
      Throwable cause = done.cause();
      if (cause == null) {
        lane.opened(done.channel().pipeline().get(Wire.class));
      } else {
        refused.accept(cause);
      }
    });
  }

  /** A Unix datagram client needs a name that answers can be sent to. */
  private static SocketAddress ownAddress() {
    return new DomainSocketAddress(
        "\0fdgate-load-" + ProcessHandle.current().pid() + "-" + CLIENTS.incrementAndGet());
  }

  private Class<? extends Channel> channel() {
    return switch (plan.target().address()) {
      case DialAddress.Inet inet ->
          inet.isStream() ? EpollSocketChannel.class : EpollDatagramChannel.class;
      case DialAddress.Unix unix ->
          unix.isStream() ? EpollDomainSocketChannel.class : EpollDomainDatagramChannel.class;
      case DialAddress.Vsock _ -> EpollDomainSocketChannel.class;
    };
  }

  private int buffer() {
    long flight = (long) plan.shape().size() * plan.shape().depth();
    if (plan.http().isPresent()) {
      return Math.max((int) Math.min(flight, MOST_BUFFER), 4 * LEAST_BUFFER);
    }
    // One byte more, so that a datagram that is too long shows.
    return plan.target().address().isStream()
        ? Math.clamp(flight, LEAST_BUFFER, MOST_BUFFER)
        : Math.clamp(plan.shape().size() + 1L, LEAST_BUFFER, MOST_DATAGRAM);
  }

  private ChannelInitializer<Channel> initializer(Lane lane) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        prepare(lane, channel);
      }
    };
  }

  private void prepare(Lane lane, Channel channel) {
    if (plan.http().isEmpty()) {
      channel
          .pipeline()
          .addLast(
              plan.target().address().isStream() ? new StreamWire(lane) : new DatagramWire(lane));
    } else if (plan.http().get().version() == 2) {
      Http2Wire wire = new Http2Wire(lane);
      channel.pipeline().addLast(wire.codec(), wire);
    } else {
      HttpDecoderConfig lenient =
          new HttpDecoderConfig()
              .setValidateHeaders(false)
              .setMaxHeaderSize(MOST_BUFFER)
              .setMaxChunkSize(MOST_BUFFER);
      channel.pipeline().addLast(new HttpResponseDecoder(lenient), new Http1Wire(lane));
    }
  }

  /** Netty has no VSOCK client: the socket is connected here and then given to a channel. */
  private void openVsock(Lane lane, VSockAddress address, Consumer<Throwable> refused) {
    LinuxSocket socket = null;
    try {
      socket = LinuxSocket.newVSockStream();
      boolean connected = socket.connectVSock(address);
      long deadline = System.nanoTime() + plan.times().timeout().toNanos();
      awaitVsock(lane, socket, connected, deadline, refused);
    } catch (IOException | RuntimeException failure) {
      closeQuietly(socket);
      refused.accept(failure);
    }
  }

  private void awaitVsock(
      Lane lane,
      LinuxSocket socket,
      boolean connected,
      long deadline,
      Consumer<Throwable> refused) {
    try {
      if (connected || (socket.finishConnect() && socket.remoteVSockAddress() != null)) {
        EpollDomainSocketChannel channel = new EpollDomainSocketChannel(socket.intValue());
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(buffer()));
        prepare(lane, channel);
        lane.worker()
            .loop()
            .register(channel)
            .addListener(_ -> lane.opened(channel.pipeline().get(Wire.class)));
      } else if (System.nanoTime() - deadline > 0) {
        throw new IOException("Connection timed out");
      } else {
        lane.worker()
            .loop()
            .schedule(
                () -> awaitVsock(lane, socket, false, deadline, refused),
                VSOCK_POLL_MICROS,
                TimeUnit.MICROSECONDS);
      }
    } catch (IOException | RuntimeException failure) {
      closeQuietly(socket);
      refused.accept(failure);
    }
  }

  private static void closeQuietly(@Nullable LinuxSocket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException gone) {
      // It could not be connected either: that is told.
    }
  }
}
