package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** fdgate.service and fdgate@.service: on the host, behind every hardening that a JVM survives. */
@ExtendWith(RigExtension.class)
final class HostServiceTest {
  private static final Pattern EXPOSURE =
      Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)");
  private final Rig rig;

  HostServiceTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void everySocketIsServed() throws Exception {
    for (String name : List.of("echo", "line", "http", "metrics", "status")) {
      rig.root("systemctl", "start", "fdgate-" + name + ".socket").ok();
    }
    for (String address :
        List.of(
            "tcp4:127.0.0.1:3000",
            "tcp6:[::1]:3000",
            "udp4:127.0.0.1:3000",
            "udp6:[::1]:3000",
            "unix-connect:/run/fdgate/echo.sock")) {
      assertThat(rig.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
    }
    for (String address :
        List.of(
            "tcp4:127.0.0.1:3070",
            "tcp6:[::1]:3070",
            "udp4:127.0.0.1:3070",
            "udp6:[::1]:3070",
            "unix-connect:/run/fdgate/line.sock")) {
      assertThat(rig.exchange("PING\n", address)).as(address).isEqualTo("OK PONG\n");
    }
    assertThat(rig.curl("http://127.0.0.1:3080/healthz")).startsWith("ok");
    assertThat(rig.curl("http://[::1]:3080/healthz")).startsWith("ok");
    assertThat(rig.curl("--unix-socket", "/run/fdgate/http.sock", "http://fdgate/healthz"))
        .startsWith("ok");
    assertThat(rig.root("systemctl", "show", "--property=StatusText", "fdgate.service").ok())
        .contains("Serving echo on 5 sockets, http on 3 sockets, line on 5 sockets, metrics on 1");
    assertThat(rig.curl("http://127.0.0.1:9400/metrics"))
        .contains("fdgate_connections_total{kind=\"tcp\",protocol=\"echo\",socket=\"echo\"} 2.0");
    assertThat(rig.curl("--unix-socket", "/run/fdgate/status.sock", "http://fdgate/"))
        .contains("127.0.0.1:3000")
        .doesNotContainPattern("up \\d+ d ");
    rig.root("systemctl", "stop", "fdgate.service").ok();
    assertThat(rig.root("systemctl", "show", "--property=Result", "fdgate.service").ok())
        .contains("Result=success");
  }

  @Test
  void reloadReadsTheConfigurationAnew() throws Exception {
    rig.configure("[sockets.echo]\nprotocol = \"echo\"\n", "");
    rig.root("systemctl", "start", "fdgate-echo.socket").ok();
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("PING\n");
    // A reload that comes before READY=1 is one with the start.
    rig.awaitStatus("fdgate.service", "Serving echo");
    String before = pid();

    rig.rootWrite("/etc/fdgate-test/fdgate.toml", "[sockets.echo]\nprotocol = \"lines\"\n");
    rig.root("systemctl", "reload", "fdgate.service").ok();
    rig.awaitStatus("fdgate.service", "reload failed: /etc/fdgate-test/fdgate.toml:2: protocol");
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("PING\n");

    rig.rootWrite("/etc/fdgate-test/fdgate.toml", "[sockets.echo]\nprotocol = \"line\"\n");
    rig.root("systemctl", "reload", "fdgate.service").ok();
    rig.awaitStatus("fdgate.service", "line on 10 sockets");
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("OK PONG\n");
    assertThat(rig.exchange("PING\n", "udp6:[::1]:3000")).isEqualTo("OK PONG\n");
    assertThat(pid()).isEqualTo(before);
  }

  private String pid() throws Exception {
    return rig.root("systemctl", "show", "--property=MainPID", "fdgate.service").ok();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fdgate.service", "fdgate@1.service"})
  void exposureIsAtOrBelowTheBar(String unit) throws Exception {
    String report = rig.root("systemd-analyze", "--no-pager", "security", unit).ok();
    Matcher exposure = EXPOSURE.matcher(report);
    assertThat(exposure.find()).as(report).isTrue();
    assertThat(Double.parseDouble(exposure.group(1))).as(report).isLessThanOrEqualTo(1.5);
  }

  @Test
  void processesShareAPort() throws Exception {
    rig.root("systemctl", "start", "fdgate@1.socket", "fdgate@2.socket").ok();
    for (int i = 0; i < 40; i++) {
      assertThat(rig.curl("http://127.0.0.1:3081/healthz")).startsWith("ok");
    }
    for (String unit : List.of("fdgate@1.service", "fdgate@2.service")) {
      await(unit)
          .until(() ->
              rig.root("journalctl", "--no-pager", "-o", "cat", "-u", unit)
                  .ok()
                  .contains("\"GET /healthz HTTP/1.1\" 200"));
    }
  }

  @Test
  void uninstallLeavesNeitherUnitsNorTheLinksToThem() throws Exception {
    rig.root("systemctl", "enable", "--now", "fdgate-http.socket").ok();
    String link = "/etc/systemd/system/sockets.target.wants/fdgate-http.socket";
    rig.root("test", "-L", link).ok();
    try {
      rig.root("systemctl", "stop", "fdgate-http.socket").ok();
      rig.uninstall("system");
      assertThat(rig.root("systemctl", "cat", "fdgate.service", "fdgate-http.socket").status())
          .isNotZero();
      assertThat(rig.root("test", "-L", link).status()).isNotZero();
    } finally {
      rig.install("system");
    }
    rig.root("systemctl", "cat", "fdgate.service", "fdgate-http.socket").ok();
  }
}
