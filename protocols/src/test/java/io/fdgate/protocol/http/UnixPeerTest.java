package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.Settings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixPeerTest {
  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path temp;

  @Test
  void showsAUnixPeerByItsCredentials() throws Exception {
    Path path = temp.resolve("http.sock");
    ConnectionInitializer connections =
        new HttpProtocol()
            .connections(
                TestServer.context(
                    Endpoint.Unix.ofPath(path.toString()),
                    new Counters(),
                    new Settings(Map.of("endpoints", true))));
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      new ServerBootstrap()
          .group(loops)
          .channel(EpollServerDomainSocketChannel.class)
          .childHandler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  connections.initialize(channel);
                }
              })
          .bind(new DomainSocketAddress(path.toString()))
          .sync();
      try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        client.connect(UnixDomainSocketAddress.of(path));
        client.write(ByteBuffer.wrap("GET /whoami HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1)));
        assertThat(new String(Channels.newInputStream(client).readAllBytes(), ISO_8859_1))
            .contains("peer: pid=" + ProcessHandle.current().pid() + ",uid=");
      }
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }
}
