package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code fdgate load --cold}: activation, as a client waits for it. */
@ExtendWith(RigExtension.class)
final class LoadColdTest {
  private static final String FDGATE = "/opt/fdgate/bin/fdgate";

  private final Rig rig;

  LoadColdTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void activationsAreMeasuredMoreOftenThanSystemdAllowsStarts() throws Exception {
    rig.root("systemctl", "start", "fdgate-echo.socket").ok();
    String text =
        rig.root(
                FDGATE,
                "load",
                "tcp:127.0.0.1:3000",
                "--cold",
                "fdgate",
                "--stop",
                "--activations",
                "7",
                "--fail-if",
                "max>60s")
            .ok();
    assertThat(text)
        .contains("activation of fdgate.service")
        .containsPattern("activations +7\\n")
        .containsPattern("first byte +min [0-9.]+ m?s +mean ")
        .containsPattern("passed +--fail-if 'max>60s': found ");
  }

  @Test
  void unitsThatAreNotThereAreNamed() throws Exception {
    assertThat(
            rig.root(FDGATE, "load", "tcp:127.0.0.1:3000", "--cold", "nothing", "--stop").output())
        .contains("nothing.service");
  }
}
