package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Type=notify-reload, of systemd 253 and newer: a reload is over when fdgate says so. */
@Tag("newer")
@ExtendWith(RigExtension.class)
final class NotifyReloadTest {
  private static final String SERVICE = "fdgate.service";

  private final Rig rig;

  NotifyReloadTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void whenAReloadIsOverItsConfigurationIsServed() throws Exception {
    configure("echo");
    // A reload of a service that is just starting would be the start.
    rig.root("systemctl", "start", "fdgate-echo.socket", SERVICE).ok();
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("PING\n");
    assertThat(rig.root("systemctl", "show", "--property=Type", SERVICE).ok())
        .contains("Type=notify-reload");
    for (String protocol : List.of("line", "echo", "line")) {
      configure(protocol);
      rig.root("systemctl", "reload", SERVICE).ok();
      assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000"))
          .isEqualTo(protocol.equals("line") ? "OK PONG\n" : "PING\n");
    }
  }

  @Test
  void aReloadThatFailsIsOverToo() throws Exception {
    configure("echo");
    rig.root("systemctl", "start", "fdgate-echo.socket", SERVICE).ok();
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("PING\n");
    configure("no-such-protocol");
    rig.root("systemctl", "reload", SERVICE).ok();
    rig.awaitStatus(SERVICE, "reload failed");
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3000")).isEqualTo("PING\n");
  }

  private void configure(String protocol) throws Exception {
    rig.configure(
        "[sockets.echo]\nprotocol = \"" + protocol + "\"\n", "Type=notify-reload\nExecReload=\n");
  }
}
