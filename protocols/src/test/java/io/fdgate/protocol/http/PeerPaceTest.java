package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeerPaceTest {
  private static final int STEP = 16 * 1024;
  private final PeerPace pace = new PeerPace();

  @Test
  void bodyHasToBringAStepInEachPeriod() {
    assertThat(pace.isTooSlow(true, 0, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(true, STEP, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(true, 2 * STEP - 1, 0, 0)).isTrue();
  }

  @Test
  void endOfABodyIsAlwaysInTime() {
    assertThat(pace.isTooSlow(true, 0, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(false, 1, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(false, 1, 0, 0)).isFalse();
  }

  @Test
  void peerHasToTakeAStepOrAllThatWaited() {
    assertThat(pace.isTooSlow(false, 0, 100, 100)).isFalse();
    assertThat(pace.isTooSlow(false, 0, 100 + STEP, STEP)).isFalse();
    assertThat(pace.isTooSlow(false, 0, 100 + 2 * STEP, STEP)).isFalse();
    assertThat(pace.isTooSlow(false, 0, 100 + 3 * STEP, 2 * STEP + 1)).isTrue();
  }

  @Test
  void nobodyIsTooSlowForWhatIsNotThere() {
    assertThat(pace.isTooSlow(false, 0, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(false, 0, 0, 0)).isFalse();
    assertThat(pace.isTooSlow(false, 0, 0, 0)).isFalse();
  }
}
