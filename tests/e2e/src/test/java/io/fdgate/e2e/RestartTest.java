package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** systemctl restart while clients of every kind go on: each is answered, none is reset. */
@ExtendWith(RigExtension.class)
final class RestartTest {
  private static final int RESTARTS = Integer.getInteger("fdgate.restarts", 100);
  // So that the commands stay within their time.
  private static final int AT_A_TIME = 25;

  private final Rig rig;

  RestartTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void restartsUnderLoadLoseNothing() throws Exception {
    rig.override("fdgate.service", "[Unit]\nStartLimitIntervalSec=0\n");
    rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-line.socket", "fdgate-http.socket")
        .ok();
    for (int done = 0; done < RESTARTS; done += AT_A_TIME) {
      String count = Integer.toString(Math.min(AT_A_TIME, RESTARTS - done));
      String seen = rig.python("restarts.py", count);
      System.out.println("after " + count + " restarts: " + seen.strip());
      assertThat(seen).contains("'keep-alive'", "'datagram'", "failed []");
    }
    assertThat(rig.journal()).doesNotContain("Failed with result");
  }
}
