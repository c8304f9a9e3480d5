package io.fdgate.gateway.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProxyEdgeTest {
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
  private static final String TCP4 =
      SIGNATURE
          + "\u0021\u0011\0\u000c"
          + "\u00c0\0\u0002\u0007\u00c6\u0033\u0064\1\u0012\u0067\1\u00bb";

  private final Counters counters = new Counters();
  private final StringBuilder seen = new StringBuilder();

  /** Stands for a protocol. */
  private final class Recorder extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      seen.append("active ");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      seen.append(bytes.toString(ISO_8859_1));
      bytes.release();
    }
  }

  @Test
  void theProtocolSeesTheClientAndNotTheHeader() {
    EmbeddedChannel connection = connection("unix");
    send(connection, "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\nhello");
    send(connection, " again");
    assertThat(seen).hasToString("active hello again");
    Proxied proxied = Proxied.of(connection).orElseThrow();
    assertThat(proxied.client()).hasToString("192.0.2.7:4711");
    assertThat(proxied.destination()).hasToString("198.51.100.1:443");
    assertThat(connection.pipeline().names()).doesNotContain("proxy", "proxy-decoder");
    assertThat(counters.peerFaults()).isZero();
    connection.finish();
  }

  @Test
  void headersMayComeByteByByte() {
    EmbeddedChannel connection = connection("unix");
    for (char each : (TCP4 + "hello").toCharArray()) {
      send(connection, String.valueOf(each));
    }
    assertThat(seen).hasToString("active hello");
    assertThat(Proxied.of(connection).orElseThrow().client()).hasToString("192.0.2.7:4711");
    connection.finish();
  }

  @Test
  void addressesOfVersion6AndUnixAreCarried() {
    EmbeddedChannel six = connection("unix");
    send(six, "PROXY TCP6 2001:db8::7 ::ffff:10.0.0.1 4711 443\r\n");
    assertThat(Proxied.of(six).orElseThrow().client()).hasToString("[2001:db8::7]:4711");
    six.finish();
    EmbeddedChannel unix = connection("unix");
    String path = "/run/client" + "\0".repeat(97);
    send(unix, SIGNATURE + "\u0021\u0031\0\u00d8" + path + "/run/server" + "\0".repeat(97));
    assertThat(Proxied.of(unix).orElseThrow())
        .isEqualTo(
            new Proxied(Endpoint.Unix.ofPath("/run/client"), Endpoint.Unix.ofPath("/run/server")));
    unix.finish();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ff ff 1 1\r\n",
        // LOCAL, with addresses that do not count; then the unspecified family with an extension.
        SIGNATURE + "\u0020\u0011\0\u000c" + "abcdabcd1122",
        SIGNATURE + "\u0021\0\0\4" + "\u00e0\0\1x",
        SIGNATURE + "\u0020\0\0\0"
      })
  void connectionsOfTheProxyItselfKeepItsAddress(String header) {
    EmbeddedChannel connection = connection("unix");
    send(connection, header + "hello");
    assertThat(seen).hasToString("active hello");
    assertThat(Proxied.of(connection)).isEmpty();
    connection.finish();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n",
        "PROXY TCP4 192.0.2.777 198.51.100.1 4711 443\r\n",
        "PROXY TCP6 192.0.2.7 198.51.100.1 4711 443\r\n",
        "PROXY UDP4 192.0.2.7 198.51.100.1 4711 443\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 70000 443\r\n",
        SIGNATURE + "\u0011\u0011\0\u000c" + "abcdabcd1122",
        SIGNATURE + "\42\u0011\0\u000c" + "abcdabcd1122",
        SIGNATURE + "\u0021\u0011\0\4" + "abcd",
        SIGNATURE + "\u0021\u0044\0\u000c" + "abcdabcd1122",
      })
  void malformedHeadersAreFaultsOfThePeer(String bytes) {
    EmbeddedChannel connection = connection("unix");
    send(connection, bytes);
    assertRefused(connection);
  }

  @Test
  void nobodyMaySendWithoutEnd() {
    EmbeddedChannel line = connection("unix");
    send(line, "PROXY " + "x".repeat(200));
    assertRefused(line);
    EmbeddedChannel binary = connection("unix");
    send(binary, SIGNATURE + "\u0021\u0011\u00ff\u00ff" + "x".repeat(5000));
    assertThat(binary.isOpen()).isFalse();
    assertThat(counters.peerFaults()).isEqualTo(2);
  }

  @Test
  void headerThatDoesNotComeInTimeEndsTheConnection() {
    EmbeddedChannel connection = connection("unix");
    send(connection, "PROXY ");
    connection.advanceTimeBy(4, TimeUnit.SECONDS);
    connection.runScheduledPendingTasks();
    assertThat(connection.isOpen()).isTrue();
    connection.advanceTimeBy(1, TimeUnit.SECONDS);
    connection.runScheduledPendingTasks();
    assertRefused(connection);
  }

  @Test
  void timerEndsWithTheHeader() {
    EmbeddedChannel connection = connection("unix");
    send(connection, TCP4);
    connection.advanceTimeBy(1, TimeUnit.MINUTES);
    connection.runScheduledPendingTasks();
    assertThat(connection.isOpen()).isTrue();
    connection.finish();
  }

  @Test
  void endBeforeTheHeaderIsAFaultAndDrainIsNone() {
    EmbeddedChannel ended = connection("unix");
    ended.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertRefused(ended);
    EmbeddedChannel drained = connection("unix");
    drained.pipeline().fireUserEventTriggered(GatewayEvent.DRAIN);
    assertThat(drained.isOpen()).isFalse();
    assertThat(counters.peerFaults()).isOne();
  }

  @Test
  void othersAreClosedWhateverTheySend() {
    assertRefused(connection("10.0.0.0/8"));
  }

  private void assertRefused(EmbeddedChannel connection) {
    assertThat(connection.isOpen()).isFalse();
    assertThat(seen).isEmpty();
    assertThat(counters.peerFaults()).isOne();
    connection.releaseInbound();
  }

  private EmbeddedChannel connection(String trusted) {
    SocketContext socket =
        new SocketContext(
            "web", Endpoint.Unix.ofPath("/run/web"), Settings.DEFAULTS, counters, List::of);
    ProxyEdge edge =
        new ProxyEdge(
            socket,
            TrustedPeers.of(List.of(trusted)),
            channel -> channel.pipeline().addLast("protocol", new Recorder()));
    EmbeddedChannel connection = new EmbeddedChannel(false, false);
    edge.initialize(connection);
    try {
      connection.register();
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
    connection.freezeTime();
    return connection;
  }

  private static void send(EmbeddedChannel connection, String bytes) {
    if (connection.isOpen()) {
      connection.pipeline().fireChannelRead(Unpooled.copiedBuffer(bytes, ISO_8859_1));
      connection.pipeline().fireChannelReadComplete();
    }
  }
}
