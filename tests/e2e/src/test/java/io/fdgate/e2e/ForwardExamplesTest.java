package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** systemd/examples: programs that cannot take inherited sockets, asleep until a client comes. */
@Tag("older") // made of this machine's Redis and nginx
@ExtendWith(RigExtension.class)
final class ForwardExamplesTest {
  private final Rig rig;

  ForwardExamplesTest(Rig rig) {
    this.rig = rig;
  }

  @BeforeEach
  void install() throws Exception {
    Containers.use(rig, "crun");
    rig.user(
            "sh",
            "-euc",
            """
            cd /rig/checkout
            podman image exists docker.io/library/nginx:1 || tests/e2e/rig/programs
            mkdir -p ~/.config/fdgate
            cp systemd/examples/*.service systemd/examples/*.socket ~/.config/systemd/user/
            cp systemd/examples/*.toml systemd/examples/*.conf ~/.config/fdgate/
            systemctl --user daemon-reload
            """)
        .ok();
  }

  @Test
  void theFirstClientOfASleepingRedisIsHeldUntilItListens() throws Exception {
    rig.user("systemctl", "--user", "start", "forward-redis.socket").ok();
    assertThat(rig.state("redis.service")).isEqualTo("inactive");
    assertThat(redis("SET", "key", "a value")).isEqualTo("OK");
    rig.awaitState("redis.service", "active");
    assertThat(redis("GET", "key")).isEqualTo("a value");
    // Without a network of any kind.
    String pid = Containers.pid(rig, "redis");
    assertThat(rig.root("nsenter", "-t", pid, "-n", "ip", "-o", "-br", "link").ok().lines())
        .hasSize(1);
  }

  @Test
  void nginxInTheSamePodSeesTheClientsOwnAddress() throws Exception {
    rig.user("systemctl", "--user", "start", "forward-site.socket").ok();
    assertThat(rig.curl("--interface", "127.9.8.7", "http://127.0.0.1:8088/"))
        .isEqualTo("nginx sees 127.9.8.7\n");
    rig.awaitJournal("site-nginx.service", "127\\.9\\.8\\.7 .*\"GET / HTTP/1.1\" 200");
    assertThat(rig.user("podman", "ps", "--filter", "pod=site", "--format", "{{.Names}}").ok())
        .contains("forward-site", "site-nginx");
  }

  @Test
  void aBackendBehindItsOwnSocketUnitIsStartedByTheFirstClient() throws Exception {
    rig.user("systemctl", "--user", "start", "forward-sleeper.socket").ok();
    assertThat(rig.state("http.service")).isEqualTo("inactive");
    assertThat(rig.curl("http://127.0.0.1:8090/healthz")).isEqualTo("ok\n");
    rig.awaitState("http.service", "active");
  }

  @Test
  void systemdHasNothingToSayAboutThem() throws Exception {
    String verify =
        "cd ~/.config/systemd/user; systemd-analyze --user --man=no verify ./forward-*.* ./redis.*"
            + " ./site-*.*";
    assertThat(rig.user("sh", "-c", verify).ok()).isEmpty();
  }

  private String redis(String... command) throws Exception {
    String[] line = new String[command.length + 3];
    line[0] = "redis-cli";
    line[1] = "-p";
    line[2] = "6379";
    System.arraycopy(command, 0, line, 3, command.length);
    return rig.root(line).ok().strip();
  }
}
