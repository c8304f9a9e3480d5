package io.fdgate.protocol.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardSettingsTest {
  @ParameterizedTest
  @ValueSource(strings = {"unix:/run/redis.sock", "unix:@redis", "tcp:redis:6379", "vsock:2:1"})
  void takesUpstreamsThatAreTheSameWhereverItRuns(String text) {
    assertThat(ForwardSettings.address(text).orElseThrow()).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:run/redis.sock", "unixgram:log", "tcp://redis:6379", ""})
  void refusesWhatIsNoAddressOrDependsOnItsFolder(String text) {
    assertThat(ForwardSettings.address(text)).isEmpty();
  }
}
