package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** gateway.service: the sockets of three units in one container, and http.service. */
@ExtendWith(RigExtension.class)
final class NamedSocketsTest {
  private final Rig rig;

  NamedSocketsTest(Rig rig) {
    this.rig = rig;
  }

  @ParameterizedTest
  @CsvSource({"web lines echo, crun", "echo lines web, runc", "lines web echo, crun"})
  void namesDecideWhateverTheOrder(String order, String runtime) throws Exception {
    Containers.use(rig, runtime);
    for (String name : List.of(order.split(" "))) {
      rig.user("systemctl", "--user", "start", "gateway-" + name + ".socket").ok();
    }
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3070")).isEqualTo("OK PONG\n");
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3007")).isEqualTo("PING\n");
    assertThat(rig.exchange("PING\n", "udp4:127.0.0.1:3070")).isEqualTo("OK PONG\n");
    assertThat(rig.exchange("PING\n", "udp4:127.0.0.1:3007")).isEqualTo("PING\n");
    assertThat(rig.curl("http://127.0.0.1:3080/healthz")).startsWith("ok");
    assertThat(rig.user("podman", "ps", "--quiet").ok().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void httpIsServedOverTcpAndAUnixSocket(String runtime) throws Exception {
    Containers.use(rig, runtime);
    rig.user("systemctl", "--user", "start", "http.socket").ok();
    assertThat(rig.curl("http://127.0.0.1:8080/")).contains("fdgate serves http");
    assertThat(rig.curl("http://[::1]:8080/")).contains("fdgate serves http");
    assertThat(rig.curl("--unix-socket", "/run/user/4242/http.sock", "http://fdgate/"))
        .contains("fdgate serves http");
  }

  /** Not the address of a port forwarder, as behind slirp4netns. */
  @Test
  void accessLogHasTheClientsOwnAddress() throws Exception {
    rig.user("systemctl", "--user", "start", "http.socket").ok();
    rig.curl("--interface", "127.9.8.7", "http://127.0.0.1:8080/over-4", "--no-fail");
    rig.root("ip", "address", "replace", "fd00::987/128", "dev", "lo").ok();
    rig.curl("--interface", "fd00::987", "http://[::1]:8080/over-6", "--no-fail");
    rig.awaitJournal("http.service", "127\\.9\\.8\\.7 .*GET /over-4", "fd00::987 .*GET /over-6");
  }
}
