package io.fdgate.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What systemd does about a service that breaks. */
@ExtendWith(RigExtension.class)
final class FaultsTest {
  private static final String BLOCKER =
      """
      import io.fdgate.protocol.*;
      import io.netty.channel.*;
      public final class Blocker implements StreamProtocol {
        public String name() { return "blocker"; }
        public String summary() { return "blocks its event loop"; }
        public ConnectionInitializer connections(SocketContext socket) {
          return connection -> connection.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override public void channelRead(ChannelHandlerContext ctx, Object message) {
              while (true) { java.util.concurrent.locks.LockSupport.park(); }
            }
          });
        }
      }
      """;

  private final Rig rig;

  FaultsTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void killedServiceIsStartedAgainAndClientsThatTryAgainAreServed() throws Exception {
    rig.override("fdgate.service", "[Unit]\nStartLimitIntervalSec=0\n");
    rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-line.socket", "fdgate-http.socket")
        .ok();
    assertThat(rig.python("restarts.py", "10", "kill")).contains("'keep-alive'", "failed []");
  }

  @Test
  void journalThatIsGoneStopsNothingAndIsWrittenToAgain() throws Exception {
    rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-http.socket").ok();
    assertThat(rig.curl("http://127.0.0.1:3080/healthz")).startsWith("ok");
    String before = pid();
    String[] journald = {
      "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service"
    };
    try {
      rig.root(systemctl("stop", journald)).ok();
      for (int i = 0; i < 3; i++) {
        assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
        rig.root("sh", "-c", "for i in $(seq 100); do curl -sS http://127.0.0.1:3080/gone; done")
            .ok();
      }
    } finally {
      rig.root(systemctl("start", journald)).ok();
    }
    assertThat(rig.curl("http://127.0.0.1:3080/healthz?again")).startsWith("ok");
    await().atMost(30, SECONDS).until(() -> rig.journal().contains("GET /healthz?again"));
    assertThat(pid()).isEqualTo(before);
    rig.root("systemctl", "stop", "fdgate.service").ok();
    assertThat(rig.root("systemctl", "show", "--property=Result", "fdgate.service").ok())
        .contains("Result=success");
  }

  private static String[] systemctl(String verb, String... units) {
    List<String> command = new ArrayList<>(List.of("systemctl", verb));
    command.addAll(List.of(units));
    return command.toArray(String[]::new);
  }

  @Test
  void blockedEventLoopGetsTheServiceRestarted(@TempDir Path folder) throws Exception {
    rig.configure(
        "threads = 2\n[sockets.line]\nstream = \"blocker\"\ndatagram = \"line\"\n",
        "[Service]\nWatchdogSec=3s\nTimeoutAbortSec=1s\n[Unit]\nStartLimitIntervalSec=0\n");
    plugin(folder);
    try {
      rig.root("cp", "/rig/checkout/tests/e2e/target/blocker.jar", "/opt/fdgate/lib/blocker.jar")
          .ok();
      rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-line.socket").ok();
      assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
      rig.awaitStatus("fdgate.service", "Serving ");
      String before = pid();
      rig.root("sh", "-c", "echo x | timeout 60 socat -t 60 - tcp4:127.0.0.1:3070 || true").ok();
      await().atMost(60, SECONDS).until(() -> rig.journal().contains("Watchdog timeout"));
      for (int i = 0; i < 4; i++) {
        assertThat(rig.exchange("x", "tcp4:127.0.0.1:3000")).isEqualTo("x");
      }
      assertThat(pid()).isNotEqualTo(before);
    } finally {
      rig.root("rm", "-f", "/opt/fdgate/lib/blocker.jar").ok();
    }
  }

  private String pid() throws Exception {
    return rig.root("systemctl", "show", "--property=MainPID", "fdgate.service").ok();
  }

  /** Where the guest sees it too. */
  private static void plugin(Path folder) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("Blocker.java"), BLOCKER);
    Path services = Files.createDirectories(folder.resolve("classes/META-INF/services"));
    Files.writeString(services.resolve("io.fdgate.protocol.Protocol"), "Blocker");
    String classes = folder.resolve("classes").toString();
    String bin = System.getProperty("java.home") + "/bin/";
    String libraries = Rig.CHECKOUT.resolve("gateway/target/fdgate/lib") + "/*";
    Command.run("", List.of(bin + "javac", "-d", classes, "-cp", libraries, source.toString()))
        .ok();
    Path jar = Rig.CHECKOUT.resolve("tests/e2e/target/blocker.jar");
    Command.run("", List.of(bin + "jar", "--create", "--file", jar.toString(), "-C", classes, "."))
        .ok();
  }
}
