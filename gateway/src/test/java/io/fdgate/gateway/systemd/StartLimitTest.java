package io.fdgate.gateway.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StartLimitTest {
  @ParameterizedTest
  @CsvSource({
    "10s, 10000",
    "10, 10000",
    "1h, 3600000",
    "1min 30s, 90000",
    "1min30s, 90000",
    "2 hours, 7200000",
    "500ms, 500",
    "1.5s, 1500",
    "0, 0",
    "1M, 2629800000",
  })
  void intervalIsReadAsSystemdWritesIt(String text, long millis) {
    assertThat(StartLimit.of("5", text)).contains(new StartLimit(5, Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @CsvSource({"5, ten", "5, 10 parsecs", "5, ''", "'', 10s", "many, 10s"})
  void whatIsNotUnderstoodIsNoLimit(String burst, String interval) {
    assertThat(StartLimit.of(burst, interval)).isEmpty();
  }

  @Test
  void startsFartherApartThanAFairShareNeverMeetIt() {
    assertThat(StartLimit.DEFAULT.shortest()).isEqualTo(Duration.ofSeconds(2));
    assertThat(new StartLimit(0, Duration.ofHours(1)).shortest()).isZero();
    assertThat(new StartLimit(5, Duration.ZERO).shortest()).isZero();
    assertThat(StartLimit.of("5", "infinity").orElseThrow().shortest())
        .isGreaterThan(Duration.ofDays(10_000));
  }

  @ParameterizedTest
  @CsvSource({
    "0::/system.slice/fdgate.service, fdgate.service, false",
    "0::/system.slice/system-fdgate.slice/fdgate@a.service/payload, fdgate@a.service, false",
    "1:name=systemd:/system.slice/fdgate.service, fdgate.service, false",
    "0::/user.slice/user-1.slice/user@1.service/app.slice/fdgate.service, fdgate.service, true",
  })
  void ownUnitIsTheControlGroupsInnermostService(String group, String name, boolean ofUser) {
    assertThat(OwnUnit.of("2:cpu:/x.service\n" + group + "\n")).contains(new OwnUnit(name, ofUser));
  }

  @Test
  void processOutsideOfServicesHasNoUnit() {
    assertThat(OwnUnit.of("0::/\n")).isEmpty();
    assertThat(OwnUnit.of("0::/user.slice/user-0.slice/session-1.scope\n")).isEmpty();
    assertThat(OwnUnit.of("0::/user.slice/user-1.slice/user@1.service/app.slice/shell.scope\n"))
        .isEmpty();
    assertThat(OwnUnit.of("")).isEmpty();
  }
}
