package io.fdgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How systemctl is asked; other commands stand for it. */
final class UnitTest {
  @Test
  @Timeout(30)
  void aCommandThatDoesNotEndIsNotWaitedForLongerThanSaid() {
    assertThatThrownBy(() ->
            Unit.output(List.of("sh", "-c", "echo asked; exec sleep 60"), Duration.ofSeconds(1)))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("exec sleep 60: no answer within 1 s");
  }

  @Test
  void whatACommandSaysIsItsAnswerOrTheReasonOfItsFailure() throws Exception {
    Duration patience = Duration.ofSeconds(30);
    assertThat(Unit.output(List.of("echo", "inactive"), patience)).isEqualTo("inactive\n");
    assertThatThrownBy(
            () -> Unit.output(List.of("sh", "-c", "echo no such unit >&2; exit 5"), patience))
        .isInstanceOf(LoadException.class)
        .hasMessageEndingWith("exit 5: no such unit");
    assertThatThrownBy(() -> Unit.output(List.of("/nowhere/systemctl"), patience))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("--cold needs systemctl");
  }
}
