package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DateFormatter;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpClockTest {
  @Test
  void exampleOfTheStandard() {
    assertThat(HttpClock.format(Instant.parse("1994-11-06T08:49:37Z").getEpochSecond()))
        .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 951_782_400, 1_735_689_599, 1_798_761_599, 4_102_444_800L})
  void sameAsNetty(long second) {
    assertThat(HttpClock.format(second)).isEqualTo(DateFormatter.format(new Date(second * 1_000)));
  }
}
