package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** systemd/quadlet, from which Podman 4.4 and newer makes the services. */
@Tag("newer")
@ExtendWith(RigExtension.class)
final class QuadletTest {
  private final Rig rig;

  QuadletTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void installQuadlets() throws Exception {
    // The crun of Debian 13 fails under RestrictAddressFamilies=.
    Containers.use(rig, "runc");
    rig.uninstall("user");
    rig.install("quadlet");
  }

  @AfterEach
  void installUnits() throws Exception {
    rig.clean();
    rig.uninstall("quadlet");
    rig.install("user");
  }

  @Test
  void everyServiceIsMadeFromItsQuadletAndServes() throws Exception {
    for (String socket :
        List.of(
            "echo@demo", "echo-restrict", "http", "gateway-echo", "gateway-lines", "gateway-web")) {
      rig.user("systemctl", "--user", "start", socket + ".socket").ok();
    }
    for (String address :
        List.of(
            "tcp4:127.0.0.1:3000",
            "udp6:[::1]:3000",
            "unix-connect:/run/user/4242/echo-demo.sock",
            "tcp4:127.0.0.1:9000",
            "udp4:127.0.0.1:9000",
            "tcp4:127.0.0.1:3007")) {
      assertThat(rig.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
    }
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3070")).isEqualTo("OK PONG\n");
    assertThat(rig.curl("http://127.0.0.1:8080/healthz")).startsWith("ok");
    assertThat(rig.curl("http://127.0.0.1:3080/healthz")).startsWith("ok");
    String verify =
        "systemd-analyze --user --man=no verify $XDG_RUNTIME_DIR/systemd/generator/*.service";
    assertThat(rig.user("sh", "-c", verify).ok()).isEmpty();
    for (String name : List.of("echo@demo", "echo-restrict", "http", "gateway")) {
      String unit = name + ".service";
      rig.awaitState(unit, "active");
      assertThat(rig.user("systemctl", "--user", "show", "--property=SourcePath", unit).ok())
          .contains("/home/demo/.config/containers/systemd/" + name.replace("@demo", "@"));
    }
  }

  @Test
  void aNewcomerGetsWhatThePodmanGuideSays() throws Exception {
    rig.uninstall("quadlet");
    rig.install("user");
    Walk.of("docs/podman.md").section("Quadlet").run(rig);
  }
}
