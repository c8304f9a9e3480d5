package io.fdgate.protocol.http;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.HalfCloseHandler;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The http protocol on a port of its own. */
final class TestServer implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final Channel listener;
  final Counters counters = new Counters();

  private TestServer(Map<String, Object> settings) throws SettingException {
    ConnectionInitializer connections =
        new HttpProtocol().connections(context(counters, new Settings(settings)));
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted.add(channel);
                    connections.initialize(channel);
                    channel.pipeline().addFirst(new HalfCloseHandler());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  static TestServer start(Map<String, Object> settings) {
    try {
      return new TestServer(settings);
    } catch (SettingException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  static SocketContext context(Counters counters, Settings settings) {
    return context(new Endpoint.Inet(new InetSocketAddress("127.0.0.1", 80)), counters, settings);
  }

  static SocketContext context(Endpoint address, Counters counters, Settings settings) {
    return new SocketContext("http", address, settings, counters, List::of);
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  RawClient connect() {
    return new RawClient((InetSocketAddress) listener.localAddress());
  }

  /** Sends bytes, and returns everything that comes back until the server closes. */
  String exchange(String bytes) {
    try (RawClient client = connect()) {
      return client.send(bytes).readAll();
    }
  }

  /** The next connection that was accepted. */
  Channel accepted() throws InterruptedException {
    return accepted.take();
  }

  void drain(Channel connection) {
    connection
        .eventLoop()
        .submit(() -> connection.pipeline().fireUserEventTriggered(GatewayEvent.DRAIN))
        .syncUninterruptibly();
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
