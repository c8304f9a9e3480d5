package io.fdgate.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TrustedPeersTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "10.0.0.0/8, 10.255.0.1, true",
    "10.1.2.3/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "2001:db8::/32, 2001:db8:1::2, true",
    "2001:db8::/32, 2001:db9::1, false",
    "::1, ::1, true",
    "unix, 192.0.2.1, false"
  })
  void internetPeersByAddressOrNetwork(String entry, String peer, boolean trusted) {
    assertThat(
            TrustedPeers.of(List.of("198.51.100.77", entry))
                .contains(channel(new InetSocketAddress(peer, 1)), false))
        .isEqualTo(trusted);
  }

  @Test
  void unixAndVsockPeersByTheirKind() {
    EmbeddedChannel peer = new EmbeddedChannel();
    assertThat(TrustedPeers.of(List.of("unix")).contains(peer, false)).isTrue();
    assertThat(TrustedPeers.of(List.of("unix")).contains(peer, true)).isFalse();
    assertThat(TrustedPeers.of(List.of("vsock")).contains(peer, true)).isTrue();
    assertThat(TrustedPeers.of(List.of("0.0.0.0/0", "::/0")).contains(peer, false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "/8",
        "10.0.0/8",
        "::/129",
        "Unix",
        "10.0.0.1:80"
      })
  void anythingElseIsNamed(String entry) {
    assertThatThrownBy(() -> TrustedPeers.of(List.of("unix", entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(entry);
  }

  private static EmbeddedChannel channel(SocketAddress remote) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return remote;
      }
    };
  }
}
