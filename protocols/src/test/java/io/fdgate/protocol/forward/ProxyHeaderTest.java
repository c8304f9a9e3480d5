package io.fdgate.protocol.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Headers of the PROXY protocol, read by Netty's decoder. */
final class ProxyHeaderTest {
  private static final Endpoint CLIENT4 = inet("192.0.2.7", 4711);
  private static final Endpoint LOCAL4 = inet("198.51.100.1", 443);
  private static final Endpoint CLIENT6 = inet("2001:db8::7", 4711);
  private static final Endpoint LOCAL6 = inet("2001:db8::1", 443);

  @Test
  void lineOfVersion1() {
    ByteBuf header = header(ProxyHeader.Version.V1, CLIENT4, LOCAL4);
    assertThat(header.toString(US_ASCII))
        .isEqualTo("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n");
    header.release();
  }

  @Test
  void version1CannotTellOfUnixClients() {
    ByteBuf header =
        header(ProxyHeader.Version.V1, Endpoint.Unix.ofPath(""), Endpoint.Unix.ofPath("/run/s"));
    assertThat(header.toString(US_ASCII)).isEqualTo("PROXY UNKNOWN\r\n");
    header.release();
  }

  @Test
  void bothVersionsCarryTcpAddresses() {
    for (ProxyHeader.Version version : List.of(ProxyHeader.Version.V1, ProxyHeader.Version.V2)) {
      HAProxyMessage four = decoded(header(version, CLIENT4, LOCAL4));
      assertThat(four.proxiedProtocol()).isEqualTo(HAProxyProxiedProtocol.TCP4);
      assertThat(four.sourceAddress()).isEqualTo("192.0.2.7");
      assertThat(four.destinationAddress()).isEqualTo("198.51.100.1");
      assertThat(four.sourcePort()).isEqualTo(4711);
      assertThat(four.destinationPort()).isEqualTo(443);
      four.release();
      HAProxyMessage six = decoded(header(version, CLIENT6, LOCAL6));
      assertThat(six.proxiedProtocol()).isEqualTo(HAProxyProxiedProtocol.TCP6);
      assertThat(six.sourceAddress()).isEqualTo("2001:db8:0:0:0:0:0:7");
      six.release();
    }
  }

  @Test
  void version2CarriesUnixAddressesAndTheSocketsName() {
    HAProxyMessage message =
        decoded(
            header(
                ProxyHeader.Version.V2,
                Endpoint.Unix.ofPath(""),
                Endpoint.Unix.ofPath("/run/fdgate.sock")));
    assertThat(message.command()).isEqualTo(HAProxyCommand.PROXY);
    assertThat(message.proxiedProtocol()).isEqualTo(HAProxyProxiedProtocol.UNIX_STREAM);
    assertThat(message.sourceAddress()).isEmpty();
    assertThat(message.destinationAddress()).isEqualTo("/run/fdgate.sock");
    assertThat(message.tlvs()).hasSize(1);
    assertThat(message.tlvs().getFirst().typeByteValue()).isEqualTo((byte) 0xe0);
    assertThat(message.tlvs().getFirst().content().toString(US_ASCII)).isEqualTo("redis");
    message.release();
  }

  @Test
  void version2TellsOfVsockClientsInAnExtension() {
    ByteBuf header =
        header(ProxyHeader.Version.V2, new Endpoint.Vsock(3, 99), new Endpoint.Vsock(-1, 6379));
    // PROXY, unspecified family, and two extensions.
    assertThat(header.getByte(12)).isEqualTo((byte) 0x21);
    assertThat(header.getByte(13)).isZero();
    assertThat(header.getUnsignedShort(14)).isEqualTo(header.readableBytes() - 16);
    assertThat(header.toString(US_ASCII)).contains("redis").endsWith("vsock:3:99");
    header.release();
  }

  @Test
  void offIsNothing() {
    assertThat(header(ProxyHeader.Version.OFF, CLIENT4, LOCAL4).isReadable()).isFalse();
  }

  private static ByteBuf header(ProxyHeader.Version version, Endpoint client, Endpoint local) {
    return new ProxyHeader(version, "redis").of(client, local);
  }

  private static HAProxyMessage decoded(ByteBuf header) {
    EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
    channel.writeInbound(header);
    HAProxyMessage message = channel.readInbound();
    channel.finishAndReleaseAll();
    return message;
  }

  private static Endpoint inet(String address, int port) {
    return new Endpoint.Inet(new InetSocketAddress(address, port));
  }
}
