package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** keep_connections: the clients of one process are those of the next. */
@ExtendWith(RigExtension.class)
final class KeepConnectionsTest {
  private static final String TOML =
      """
      keep_connections = true
      [sockets.http]
      protocol = "forward"
      upstream = "unix:/run/fdgate-upstream.sock"
      """;

  private final Rig rig;

  KeepConnectionsTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void configure() throws Exception {
    rig.configure(TOML, "FileDescriptorStoreMax=512\n[Unit]\nStartLimitIntervalSec=0\n");
    rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-line.socket", "fdgate-http.socket")
        .ok();
  }

  @ParameterizedTest
  @ValueSource(strings = {"restart", "kill"})
  void clientsGoOnWithTheNextProcess(String end) throws Exception {
    System.out.println(rig.python("kept.py", end, "25").strip());
    assertThat(rig.journal())
        .contains((end.equals("kill") ? "102" : "104") + " connections of the process before")
        .doesNotContain("were closed:")
        .doesNotContain("drain_timeout");
  }

  /** As listeners do: a process that is started later, such as systemctl, has none of them. */
  @Test
  void keptConnectionsCloseOnExec() throws Exception {
    rig.root("systemd-run", "--unit=test-kept", "socat", "tcp4:127.0.0.1:3000", "exec:sleep 600")
        .ok();
    rig.awaitStatus("fdgate.service", "1 open, ");
    rig.root("systemctl", "restart", "fdgate.service").ok();
    rig.awaitStatus("fdgate.service", "1 open, ");
    assertThat(
            rig.root(
                    "sh",
                    "-c",
                    """
                    cd "/proc/$(systemctl show --property=MainPID --value fdgate.service)"
                    inherited=$(tr '\\0' '\\n' <environ | sed -n 's/^LISTEN_FDS=//p')
                    echo "$inherited inherited"
                    for fd in $(seq 3 $((inherited + 2))); do
                        grep -q '^flags:.*02[0-7]\\{6\\}$' "fdinfo/$fd" || echo "$fd stays open"
                    done
                    """)
                .ok())
        .matches("\\d\\d inherited\n");
    rig.root("systemctl", "stop", "test-kept").ok();
  }

  @Test
  void connectionsOfASocketThatIsServedOtherwiseNowAreClosed() throws Exception {
    rig.root("systemd-run", "--unit=test-client", "socat", "tcp4:127.0.0.1:3000", "exec:sleep 600")
        .ok();
    rig.awaitStatus("fdgate.service", "1 open, ");
    rig.configure(
        TOML + "[sockets.echo]\nprotocol = \"line\"\n",
        "FileDescriptorStoreMax=512\n[Unit]\nStartLimitIntervalSec=0\n");
    rig.root("systemctl", "restart", "fdgate.service").ok();
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("OK PONG\n");
    rig.root(
            "timeout",
            "60",
            "sh",
            "-c",
            "while systemctl -q is-active test-client; do sleep .1; done")
        .ok();
    assertThat(rig.journal()).contains("\"echo\" is not kept any more, or not served by echo");
  }

  @Test
  void unitThatHoldsNothingIsToldAndDrainsAsEver() throws Exception {
    rig.configure(TOML, "");
    assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
    rig.awaitStatus("fdgate.service", "0 open, 1 in all");
    assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
    rig.root("systemctl", "restart", "fdgate.service").ok();
    assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
    assertThat(rig.journal())
        .contains(
            "keep_connections does nothing: the service manager holds no descriptors for this service");
  }

  @Test
  void containerSaysOnceThatNothingIsKept() throws Exception {
    rig.write("/home/demo/kept.toml", "keep_connections = true\n");
    rig.user("chmod", "644", "/home/demo/kept.toml").ok();
    Containers.editExecStart(
        rig,
        "echo@.service",
        "echo@kept.service",
        "localhost/fdgate",
        "--volume=%h/kept.toml:/kept.toml:ro localhost/fdgate --config /kept.toml");
    rig.user("systemctl", "--user", "start", "echo@kept.socket").ok();
    for (int i = 0; i < 3; i++) {
      assertThat(rig.exchange("hello\n", "unix-connect:/run/user/4242/echo-kept.sock"))
          .isEqualTo("hello\n");
    }
    rig.awaitJournal("echo@kept.service", "keep_connections does nothing");
    rig.user("systemctl", "--user", "stop", "echo@kept.service").ok();
    assertThat(rig.awaitJournal("echo@kept.service", "served unix"))
        .containsOnlyOnce("Podman passes no descriptor on to systemd")
        .doesNotContain("cannot be held");
  }
}
