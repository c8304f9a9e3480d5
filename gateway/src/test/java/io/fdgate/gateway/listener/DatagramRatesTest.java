package io.fdgate.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Endpoint;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class DatagramRatesTest {
  @Test
  void countsTheDatagramsOfAnAddressWhateverItsPortAndBeginsAnewEachSecond() {
    DatagramRates rates = new DatagramRates(2);
    long now = System.nanoTime();
    assertThat(rates.admits(inet("127.0.0.1", 1), now)).isTrue();
    assertThat(rates.admits(inet("127.0.0.1", 2), now)).isTrue();
    assertThat(rates.admits(inet("127.0.0.1", 3), now)).isFalse();
    assertThat(rates.admits(inet("127.0.0.1", 3), now + 2_000_000_000L)).isTrue();
  }

  @Test
  void oneIpv6NetworkIsOneSource() {
    DatagramRates rates = new DatagramRates(1);
    long now = System.nanoTime();
    assertThat(rates.admits(inet("2001:db8::1", 1), now)).isTrue();
    assertThat(rates.admits(inet("2001:db8::ffff:1", 1), now)).isFalse();
  }

  private static Endpoint inet(String address, int port) {
    return new Endpoint.Inet(new InetSocketAddress(address, port));
  }
}
