package io.fdgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ThresholdTest {
  /** 100 answers of 1 to 100 ms in 2 seconds, 1 error, 3 lost. */
  private static Report report() {
    Tally tally = new Tally();
    for (int i = 1; i <= 100; i++) {
      tally.answered(i * 1_000_000L);
    }
    tally.problem(Problem.STATUS, "status 503");
    tally.lost();
    tally.lost();
    tally.lost();
    Timeline timeline = new Timeline(1);
    timeline.add(new Slice(0, 0, 2_000_000_000L, tally));
    return Report.of(
        new Report.Title("run", "0", "load", Instant.EPOCH), Map.of(), timeline, false);
  }

  @ParameterizedTest
  @CsvSource({
    "p50>49ms, true",
    "p50>51ms, false",
    "p50<51ms, true",
    "p99>98ms, true",
    "p99 >= 100ms, false",
    "p99.9>99ms, true",
    "p85>84ms, true",
    "p85>87ms, false",
    "max>0.099s, true",
    "max>101000us, false",
    "mean>50ms, true",
    "mean<50ms, false",
    "rate<51, true",
    "rate<50, false",
    "rate<=50/s, true",
    "errors>0, true",
    "errors>1, false",
    "errors>=1, true",
    "errors>0.9%, true",
    "errors>1%, false",
    "lost>2.9%, true",
    "lost>3, false"
  })
  void looksAtWhatItNames(String text, boolean failed) throws LoadException {
    assertThat(Threshold.parse(text).check(report()).failed()).isEqualTo(failed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p99",
        "p99=5ms",
        "p99>5",
        "p99>5kg",
        "p101>5ms",
        "pp>5ms",
        "latency>5ms",
        "rate<5ms",
        "rate<5%",
        "errors>5ms",
        "p99>-5ms",
        "p99>ms",
        "5ms<p99",
        "p99>5 ms and p50>1ms"
      })
  void refusesWhatIsNoThresholdAndSaysWhatOneIs(String text) {
    assertThatThrownBy(() -> Threshold.parse(text))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("--fail-if \"" + text + "\"")
        .hasMessageContaining("expected: ");
  }

  @Test
  void statusIsOneForErrorsUnlessTheyWereAskedAbout() throws LoadException {
    assertThat(report().exitStatus()).isEqualTo(1);
    assertThat(report().with(java.util.List.of(Threshold.parse("errors>5"))).exitStatus()).isZero();
    assertThat(report().with(java.util.List.of(Threshold.parse("errors>0"))).exitStatus())
        .isEqualTo(2);
    assertThat(report().with(java.util.List.of(Threshold.parse("p50>1s"))).exitStatus())
        .isEqualTo(1);
  }
}
