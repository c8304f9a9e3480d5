package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * --sdnotify=container: the unit is active when fdgate serves. A FIFO as its configuration holds
 * fdgate between the start of the JVM and the first socket, for as long as the test wants.
 */
@ExtendWith(RigExtension.class)
@ParameterizedClass
@ValueSource(strings = {"crun", "runc"})
final class ReadinessTest {
  private static final String SERVICE = "echo@slow.service";

  @Parameter private String runtime = "";
  private final Rig rig;

  ReadinessTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void startWithoutWaiting() throws Exception {
    Containers.use(rig, runtime);
    rig.user("sh", "-c", "rm -f ~/fifo; mkfifo -m 644 ~/fifo").ok();
    Containers.editExecStart(
        rig,
        "echo@.service",
        SERVICE,
        "localhost/fdgate",
        "--volume=%h/fifo:/fifo localhost/fdgate --config /fifo");
    rig.user("systemctl", "--user", "start", "echo@slow.socket").ok();
    rig.user("systemctl", "--user", "start", "--no-block", SERVICE).ok();
    await()
        .until(() ->
            rig.user("podman", "inspect", "echo-slow", "--format", "{{.State.Status}}")
                .output()
                .contains("running"));
  }

  /** Opened for both ways it holds nobody up, whether fdgate still waits for it or not. */
  @AfterEach
  void letGo() throws Exception {
    rig.user("sh", "-c", "echo 1<>~/fifo").ok();
  }

  @Test
  void unitIsActiveOnceFdgateServes() throws Exception {
    assertThat(rig.state(SERVICE)).isEqualTo("activating");
    rig.user("timeout", "60", "sh", "-c", "echo >~/fifo").ok();
    rig.awaitState(SERVICE, "active");
    assertThat(rig.exchange("hello\n", "unix-connect:/run/user/4242/echo-slow.sock"))
        .isEqualTo("hello\n");
  }

  @Test
  void unitFailsWhenFdgateCannotServe() throws Exception {
    rig.user("timeout", "60", "sh", "-c", "echo nonsense = 1 >~/fifo").ok();
    rig.awaitState(SERVICE, "failed");
    assertThat(rig.awaitJournal(SERVICE, "nonsense")).doesNotContain("Started ");
    assertThat(
            rig.user("systemctl", "--user", "show", "--property=Result,ExecMainStatus", SERVICE)
                .ok())
        .contains("Result=exit-code");
  }
}
