package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that come while an idle service ends are served, by it or by the next. */
@ExtendWith(RigExtension.class)
final class IdleExitTest {
  private static final int ARRIVALS = Integer.getInteger("fdgate.arrivals", 1_000);
  // So that the commands stay within their time.
  private static final int AT_A_TIME = 200;

  private final Rig rig;

  IdleExitTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void nobodyIsLostAroundTheMomentOfTheExit() throws Exception {
    rig.configure("idle_exit = \"50ms\"\n", "[Unit]\nStartLimitIntervalSec=0\n");
    rig.override("fdgate-echo.socket", "[Socket]\nTriggerLimitIntervalSec=0\n");
    rig.root("systemctl", "start", "fdgate-echo.socket").ok();
    for (int done = 0; done < ARRIVALS; done += AT_A_TIME) {
      String count = Integer.toString(Math.min(AT_A_TIME, ARRIVALS - done));
      assertThat(rig.python("arrivals.py", count)).contains("served " + count + " failed []");
    }
    String journal = rig.journal();
    assertThat(journal).doesNotContain("Failed with result");
    assertThat(journal.split("nobody came for 50 ms", -1).length - 1)
        .as("exits")
        .isGreaterThan(ARRIVALS / 100);
  }
}
