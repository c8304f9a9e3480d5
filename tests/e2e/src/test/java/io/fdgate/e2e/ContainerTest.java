package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** echo@.service, with the addresses of echo@demo.socket.d: a container without a network. */
@ExtendWith(RigExtension.class)
@ParameterizedClass
@ValueSource(strings = {"crun", "runc"})
final class ContainerTest {
  private static final String SERVICE = "echo@demo.service";
  private static final String RUN = "/run/user/4242/";

  @Parameter private String runtime = "";
  private final Rig rig;

  ContainerTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void startSockets() throws Exception {
    Containers.use(rig, runtime);
    rig.user("systemctl", "--user", "start", "echo@demo.socket").ok();
  }

  @Test
  void socketsAreSystemdsBeforeTheFirstClient() throws Exception {
    String sockets = rig.root("ss", "-H", "-lnptux").ok();
    for (String address :
        List.of(
            "udp .* 127.0.0.1:3000 ",
            "udp .* \\[::1]:3000 ",
            "tcp .* 127.0.0.1:3000 ",
            "tcp .* \\[::1]:3000 ",
            "u_str .*" + RUN + "echo-demo.sock ",
            "u_dgr .*" + RUN + "echo-demo.dgram ")) {
      assertThat(sockets).containsPattern("(?m)^" + address + ".*\\(\\(\"systemd\",");
    }
    assertThat(rig.state(SERVICE)).isEqualTo("inactive");
    assertThat(rig.user("podman", "ps", "--quiet").ok()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp4:127.0.0.1:3000",
        "udp4:127.0.0.1:3000",
        "unix-connect:" + RUN + "echo-demo.sock"
      })
  void firstClientStartsTheContainerAndIsAnswered(String address) throws Exception {
    assertThat(rig.exchange("hello\n", address)).isEqualTo("hello\n");
    rig.awaitState(SERVICE, "active");
    assertThat(rig.user("podman", "inspect", "echo-demo", "--format", "{{.OCIRuntime}}").ok())
        .isEqualToIgnoringNewLines(runtime);
  }

  @Test
  void everyKindOfAddressIsAnswered() throws Exception {
    rig.user("systemctl", "--user", "start", SERVICE).ok();
    for (String address :
        List.of(
            "tcp4:127.0.0.1:3000",
            "tcp6:[::1]:3000",
            "udp4:127.0.0.1:3000",
            "udp6:[::1]:3000",
            "unix-connect:" + RUN + "echo-demo.sock",
            "unix-dgram:" + RUN + "echo-demo.dgram")) {
      assertThat(rig.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
    }
  }

  @Test
  void theNextClientStartsItAgainAfterAStop() throws Exception {
    assertThat(rig.exchange("a", "tcp4:127.0.0.1:3000")).isEqualTo("a");
    rig.user("systemctl", "--user", "stop", SERVICE).ok();
    assertThat(rig.state(SERVICE)).isEqualTo("inactive");
    assertThat(rig.exchange("b", "tcp4:127.0.0.1:3000")).isEqualTo("b");
    rig.awaitState(SERVICE, "active");
  }

  @Test
  void insideThereIsOnlyTheLoopbackAndNoWayOut() throws Exception {
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3000")).isEqualTo("hello\n");
    String pid = Containers.pid(rig, "echo-demo");
    assertThat(rig.root("nsenter", "-t", pid, "-n", "ip", "-o", "-br", "link").ok().lines())
        .singleElement()
        .asString()
        .startsWith("lo ");
    Command out = rig.root("nsenter", "-t", pid, "-n", "socat", "-u", "-", "tcp4:192.0.2.1:80");
    assertThat(out.status()).isNotZero();
    assertThat(out.output()).contains("Network is unreachable");
  }

  @Test
  void fdgateIsProcessOneWithoutPrivileges() throws Exception {
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3000")).isEqualTo("hello\n");
    String status = rig.root("cat", "/proc/" + Containers.pid(rig, "echo-demo") + "/status").ok();
    assertThat(status)
        .containsPattern("Name:\\s+java\n")
        .containsPattern("NSpid:.*\\s1\n")
        .containsPattern("CapEff:\\s+0{16}\n")
        .containsPattern("CapBnd:\\s+0{16}\n")
        .containsPattern("NoNewPrivs:\\s+1\n")
        .containsPattern("Seccomp:\\s+2\n");
  }
}
