package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EndpointTest {
  @Test
  void addressesAreShownAsPeopleTypeThem() throws Exception {
    assertThat(inet("127.0.0.1")).hasToString("127.0.0.1:3000");
    assertThat(inet("::1")).hasToString("[::1]:3000");
    assertThat(Endpoint.Unix.ofPath("/run/echo.sock")).hasToString("/run/echo.sock");
    assertThat(unix("\0name")).hasToString("@name");
    assertThat(unix("")).hasToString("unnamed");
    assertThat(new Endpoint.Vsock(3, 7000)).hasToString("vsock:3:7000");
    assertThat(new Endpoint.Vsock(-1, -2)).hasToString("vsock:*:4294967294");
  }

  @Test
  void controlBytesOfAPeersNameDoNotReachATerminal() {
    assertThat(unix("/tmp/\u001b[31m\n")).hasToString("/tmp/?[31m?");
    assertThat(unix("\0a\0b")).hasToString("@a?b");
  }

  @Test
  void wildcardAddressesAreKnown() throws Exception {
    assertThat(inet("0.0.0.0").isWildcard()).isTrue();
    assertThat(inet("::").isWildcard()).isTrue();
    assertThat(inet("::1").isWildcard()).isFalse();
  }

  @Test
  void unixAddressesAreEqualByTheirBytes() {
    assertThat(unix("/a")).isEqualTo(unix("/a")).hasSameHashCodeAs(unix("/a"));
    assertThat(unix("/a")).isNotEqualTo(unix("\0a"));
  }

  private static Endpoint.Inet inet(String host) throws Exception {
    return new Endpoint.Inet(new InetSocketAddress(InetAddress.getByName(host), 3000));
  }

  private static Endpoint.Unix unix(String name) {
    return new Endpoint.Unix(name.getBytes(StandardCharsets.UTF_8));
  }
}
