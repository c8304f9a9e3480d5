package io.fdgate.gateway.activation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeptNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"echo", "echo@demo.socket", "", "a.b.c"})
  void nameIsReadAsItWasWritten(String socket) {
    KeptName name = new KeptName(123_456, "forward", socket);
    assertThat(KeptName.parse(name.toString())).contains(name);
    assertThat(name.isCompanion()).isFalse();
    assertThat(KeptName.parse(name.companion().toString())).contains(name.companion());
    assertThat(name.companion().isCompanion()).isTrue();
    assertThat(name.companion().id()).isEqualTo(name.id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo",
        "stored",
        "fdgate-kept.",
        "fdgate-kept.1",
        "fdgate-kept.1.echo",
        "fdgate-kept..echo.echo",
        "fdgate-kept.-1.echo.echo",
        "fdgate-kept.?.with",
        "fdgate-kept.zzzzzzzzzzzzzzzzzzzz.echo.echo"
      })
  void otherNamesAreNotOnes(String name) {
    assertThat(KeptName.parse(name)).isEmpty();
  }

  @Test
  void nameThatNoManagerTakesIsTooLong() {
    assertThat(new KeptName(1, "echo", "x".repeat(255)).isShortEnough()).isFalse();
    assertThat(new KeptName(1, "echo", "x".repeat(200)).isShortEnough()).isTrue();
  }
}
