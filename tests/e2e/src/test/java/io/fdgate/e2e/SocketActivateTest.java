package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A container without any unit, by systemd-socket-activate(1). */
@ExtendWith(RigExtension.class)
final class SocketActivateTest {
  private final Rig rig;

  SocketActivateTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void containerServesAPage() throws Exception {
    activate("-l", "8080", "--fdname=http");
    assertThat(rig.curl("http://localhost:8080/")).contains("fdgate serves http");
  }

  @Test
  void withoutANameTheContainerSaysWhatIsMissing() throws Exception {
    activate("-l", "8080");
    rig.root("sh", "-c", "echo | socat -t30 - tcp4:127.0.0.1:8080");
    await().until(() -> rig.journal("test-activate.service").contains("unknown"));
  }

  private void activate(String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "systemd-run",
                "--user",
                "--quiet",
                "--collect",
                "--unit=test-activate.service",
                "systemd-socket-activate"));
    command.addAll(List.of(options));
    command.addAll(
        List.of("podman", "run", "--rm", "--network=none", "--name=test", "localhost/fdgate"));
    rig.user(command.toArray(String[]::new)).ok();
    await().until(() -> rig.journal("test-activate.service").contains("Listening on"));
  }
}
