package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ThrottleTest {
  @Test
  void oneASecondPassesAndKnowsHowManyWereHeldBack() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    Throttle throttle = new Throttle(now::get);
    assertThat(throttle.pass()).hasValue(0);
    assertThat(throttle.pass()).isEmpty();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
    assertThat(throttle.pass()).isEmpty();
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(throttle.pass()).hasValue(2);
    assertThat(throttle.pass()).isEmpty();
    now.addAndGet(TimeUnit.SECONDS.toNanos(5));
    assertThat(throttle.pass()).hasValue(1);
  }
}
