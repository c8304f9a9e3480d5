package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A container without any unit, by systemd-socket-activate(1). */
@ExtendWith(RigExtension.class)
final class SocketActivateTest {
  private final Rig rig;

  SocketActivateTest(Rig rig) {
    this.rig = rig;
  }

  /** A signal to "podman run" itself may come before it hands signals on. */
  @AfterEach
  void stopTheContainer() throws Exception {
    rig.user("podman", "stop", "--ignore", "--time=15", "test").ok();
  }

  @Test
  void containerServesAPage() throws Exception {
    activate("-l", "8080");
    assertThat(rig.curl("http://localhost:8080/")).contains("fdgate serves http");
  }

  @Test
  void aNameThatChoosesNoProtocolIsAFault() throws Exception {
    activate("-l", "8080", "--fdname=htpp");
    rig.root("sh", "-c", "echo | socat -t60 - tcp4:127.0.0.1:8080");
    rig.awaitJournal("test-activate.service", "this name chooses no protocol");
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
    rig.awaitJournal("test-activate.service", "Listening on");
  }
}
