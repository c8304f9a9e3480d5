package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorityTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "localhost:8080",
        "localhost:",
        ":80",
        "127.0.0.1:65535",
        "[::1]",
        "[fe80::1%25]:8080",
        "[::ffff:192.0.2.1]:",
        "caf%C3%A9.example",
        "a-b.c_d~e!$&'()*+,;="
      })
  void hostAndPort(String text) {
    assertThat(Authority.isHostAndPort(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "a b",
        "a/b",
        "user@a",
        "a?b",
        "a#b",
        "café",
        "a:x",
        "a:80:80",
        "a:123456",
        "[",
        "[]",
        "[]:80",
        "[::1",
        "[::1]x",
        "[::g]",
        "::1",
        "]"
      })
  void neither(String text) {
    assertThat(Authority.isHostAndPort(text)).isFalse();
  }
}
