package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** echo-restrict.service: Podman itself may open no internet socket. */
@ExtendWith(RigExtension.class)
@ParameterizedClass
@MethodSource("runtimes")
final class RestrictedContainerTest {
  private static final String RESTRICTION = "RestrictAddressFamilies=AF_UNIX AF_NETLINK";

  /** The crun of Debian 13, 1.21, cannot start under the restriction; 1.8 and 1.23 can. */
  static List<String> runtimes() {
    return Rig.isNewer() ? List.of("runc") : List.of("crun", "runc");
  }

  @Parameter private String runtime = "";
  private final Rig rig;

  RestrictedContainerTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void useRuntime() throws Exception {
    Containers.use(rig, runtime);
  }

  @Test
  void fourSocketsAreAnswered() throws Exception {
    rig.user("systemctl", "--user", "start", "echo-restrict.socket").ok();
    for (String address :
        List.of(
            "tcp4:127.0.0.1:9000", "tcp6:[::1]:9000", "udp4:127.0.0.1:9000", "udp6:[::1]:9000")) {
      assertThat(rig.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
    }
    rig.awaitJournal("echo-restrict.service", "Serving echo on 4 sockets");
    assertThat(
            rig.user(
                    "systemctl",
                    "--user",
                    "show",
                    "--property=RestrictAddressFamilies,NoNewPrivileges",
                    "echo-restrict.service")
                .ok())
        .contains("RestrictAddressFamilies=AF_NETLINK AF_UNIX")
        .contains("NoNewPrivileges=yes");
  }

  @Test
  void insideNoInternetSocketCanBeOpened() throws Exception {
    rig.user("systemctl", "--user", "start", "podman-usernamespace.service").ok();
    // The image has nothing to try it with; the one that builds it has a busybox.
    Command inside =
        rig.user(
            "systemd-run",
            "--user",
            "--quiet",
            "--collect",
            "--pipe",
            "--wait",
            "--property=" + RESTRICTION,
            "podman",
            "run",
            "--rm",
            "--pull=never",
            "--network=none",
            "localhost/jdk",
            "/bin/busybox",
            "nc",
            "127.0.0.1",
            "1");
    assertThat(inside.status()).isNotZero();
    assertThat(inside.output()).contains("socket: Address family not supported by protocol");
  }

  @Test
  void pullingFailsForWantOfTheAddressFamily() throws Exception {
    Containers.editExecStart(
        rig, "echo-restrict.service", "echo-restrict.service", "--pull=never", "--pull=always");
    Command start = rig.user("systemctl", "--user", "start", "echo-restrict.service");
    assertThat(start.status()).isNotZero();
    rig.awaitJournal("echo-restrict.service", "address family not supported by protocol");
  }

  @Test
  void withoutAUserNamespaceItFailsUntilItsServiceIsThere() throws Exception {
    rig.user("systemctl", "--user", "stop", "podman-usernamespace.service").ok();
    rig.user("podman", "system", "migrate").ok();
    String service = Files.readString(Rig.CHECKOUT.resolve("systemd/user/echo-restrict.service"));
    String alone = service.replaceAll("(?m)^(BindsTo|After)=.*\n", "");
    assertThat(alone).isNotEqualTo(service);
    rig.write("/home/demo/.config/systemd/user/test-alone.service", alone);
    rig.user("systemctl", "--user", "daemon-reload").ok();

    assertThat(rig.user("systemctl", "--user", "start", "test-alone.service").status()).isNotZero();
    rig.awaitJournal("test-alone.service", "newuidmap");

    rig.user("systemctl", "--user", "start", "echo-restrict.socket").ok();
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:9000")).isEqualTo("hello\n");
    rig.awaitState("podman-usernamespace.service", "active");
  }
}
