package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service ends when nobody needs it, and its unit allows it to come back. */
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

  @Test
  void warnsOfTheUnitsOwnStartLimit() throws Exception {
    start("2min", "StartLimitIntervalSec=1h\nStartLimitBurst=5\n");
    await()
        .untilAsserted(() ->
            assertThat(rig.journal())
                .contains(
                    "idle_exit = 120000 ms allows more starts than the unit (5 in 3600 s), after"
                        + " which clients are turned away: set it to 720 s or more"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"StartLimitBurst=0\n", "StartLimitIntervalSec=5s\n"})
  void doesNotWarnOfALimitThatTheUnitDoesNotHave(String limit) throws Exception {
    start("1s", limit);
    await().until(() -> rig.journal().contains("nobody came for 1000 ms"));
    assertThat(rig.journal()).doesNotContain("allows more starts");
  }

  /** As root: the guest's D-Bus does not know dynamic users, and turns them away. */
  private void start(String idleExit, String limit) throws Exception {
    rig.configure("idle_exit = \"" + idleExit + "\"\n", "DynamicUser=no\n[Unit]\n" + limit);
    rig.root("systemctl", "start", "fdgate-echo.socket").ok();
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3000")).isEqualTo("hello\n");
  }
}
