package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void countsABoundInItsOwnBucket() {
    long[] bounds = LatencyHistogram.boundsNanos();
    for (long bound : bounds) {
      histogram.record(bound);
    }
    assertThat(Arrays.copyOf(histogram.counts(), bounds.length)).containsOnly(1);
    assertThat(histogram.counts()[bounds.length]).isZero();
  }

  @Test
  void countsWhatIsAboveABoundInTheNextBucket() {
    long[] bounds = LatencyHistogram.boundsNanos();
    for (long bound : bounds) {
      histogram.record(bound + 1);
    }
    assertThat(histogram.counts()[0]).isZero();
    assertThat(Arrays.copyOfRange(histogram.counts(), 1, bounds.length + 1)).containsOnly(1);
  }

  @Test
  void addsUpTheTimes() {
    histogram.record(3);
    histogram.record(4_000_000_000_000L);
    assertThat(histogram.sumNanos()).isEqualTo(4_000_000_000_003L);
  }
}
