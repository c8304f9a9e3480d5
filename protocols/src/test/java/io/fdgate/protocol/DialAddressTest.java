package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as people write them. */
final class DialAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "unix:/run/redis.sock",
        "unix:@redis",
        "unixgram:/dev/log",
        "unixgram:@log",
        "unixgram:relative",
        "udp:127.0.0.1:53",
        "udp:[::1]:53",
        "tcp:127.0.0.1:6379",
        "tcp:[::1]:6379",
        "tcp:redis.internal:1",
        "vsock:2:6379",
        "vsock:4294967295:4294967295"
      })
  void readsWhatItWrites(String text) {
    assertThat(DialAddress.parse(text).orElseThrow()).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "redis:6379",
        "unix:",
        "unix:@",
        "udp:53",
        "tcp:6379",
        "tcp::6379",
        "tcp:host",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp:host:+1",
        "tcp:[::1:6379",
        "tcp:[host]:1",
        "tcp:::1:6379",
        "tcp:ho st:1",
        "vsock:2",
        "vsock::1",
        "vsock:-1:1",
        "vsock:2:4294967296",
        "TCP:host:1"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThat(DialAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {107, 108})
  void aPathIsNoLongerThanTheKernelTakes(int length) {
    String text = "unix:/" + "x".repeat(length - 1);
    assertThat(DialAddress.parse(text).isPresent()).isEqualTo(length <= 107);
  }

  @ParameterizedTest
  @CsvSource({"unix:/run/s, true", "unix:@s, true", "unix:run/s, false", "unixgram:s, false"})
  void tellsWhetherAPathDependsOnWhereTheProcessRuns(String text, boolean absolute) {
    assertThat(DialAddress.parse(text))
        .get(InstanceOfAssertFactories.type(DialAddress.Unix.class))
        .returns(absolute, DialAddress.Unix::isAbsolute);
  }
}
