package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccessLineTest {
  @Test
  void isInCombinedLogFormatWithWhatThePeerSentEscaped() {
    assertThat(
            new AccessLine("::1", 0, "GET /\"\\ HTTP/1.1", 200, 12, "http://a/", "x\u0007\u00e4")
                .toString())
        .matches("::1 - - \\[\\d\\d/[A-Z][a-z]{2}/19\\d\\d:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}] .*")
        .endsWith("] \"GET /\\\"\\\\ HTTP/1.1\" 200 12 \"http://a/\" \"x\\x07\\xe4\"");
  }

  @Test
  void showsNoBytesAsADash() {
    assertThat(new AccessLine("a", 0, "-", 304, 0, "-", "-").toString())
        .endsWith("\"-\" 304 - \"-\" \"-\"");
  }
}
