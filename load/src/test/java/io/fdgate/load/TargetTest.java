package io.fdgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "tcp:localhost:3000, tcp:localhost:3000",
    "tcp://127.0.0.1:1, tcp:127.0.0.1:1",
    "udp:[::1]:65535, udp:[::1]:65535",
    "unix:/run/a b, unix:/run/a b",
    "unix:@name, unix:@name",
    "unixgram:relative, unixgram:relative",
    "vsock:4294967295:3000, vsock:4294967295:3000"
  })
  void readsEveryKindOfAddress(String text, String address) throws LoadException {
    assertThat(Target.parse(text, Optional.empty(), false).address()).hasToString(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp:",
        "tcp:host",
        "tcp:host:",
        "tcp:host:0",
        "tcp:host:65536",
        "tcp::3000",
        "tcp:[1.2.3.4]:1",
        "tcp:a b:1",
        "udp:host:x",
        "unix:",
        "unix:@",
        "unixgram:",
        "vsock:3000",
        "vsock:-1:3000",
        "vsock:1:4294967296",
        "ftp:host:1",
        "localhost:3000"
      })
  void refusesWhatIsNoAddressAndSaysWhatOneIs(String text) {
    assertThatThrownBy(() -> Target.parse(text, Optional.empty(), false))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageContaining("tcp:HOST:PORT");
  }

  @Test
  void readsUrls() throws LoadException {
    Target target = Target.parse("http://[::1]:8080/a%20b?c=d", Optional.empty(), true);
    assertThat(target.address()).hasToString("tcp:[::1]:8080");
    assertThat(target.http()).contains(new Target.Http("[::1]:8080", "/a%20b?c=d", 2));
    target = Target.parse("http://example", Optional.of("unix:/run/s"), false);
    assertThat(target.address()).hasToString("unix:/run/s");
    assertThat(target.http()).contains(new Target.Http("example", "/", 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http:", "http:///x", "http://a b/", "http://host:99999/", "https://host/"})
  void refusesUrlsThatCannotBeAsked(String text) {
    assertThatThrownBy(() -> Target.parse(text, Optional.empty(), false))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void refusesOptionsOfHttpForOtherTargets() {
    assertThatThrownBy(() -> Target.parse("tcp:h:1", Optional.empty(), true))
        .hasMessageContaining("--http2 is for http:");
    assertThatThrownBy(() -> Target.parse("tcp:h:1", Optional.of("unix:/a"), false))
        .hasMessageContaining("--via is for http:");
    assertThatThrownBy(() -> Target.parse("http://h/", Optional.of("udp:h:1"), false))
        .hasMessageContaining("--via \"udp:h:1\" (expected: unix:PATH");
  }
}
