package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {
  private static final Setting<Long> SIZE = Setting.size("size", 1, 1, 1L << 40, "");
  private static final Setting<Duration> TIME =
      Setting.duration("time", Duration.ZERO, Duration.ZERO, Duration.ofDays(2), "");

  @ParameterizedTest
  @CsvSource({
    "8192, 8192",
    "64KiB, 65536",
    "64 KiB, 65536",
    "1MiB, 1048576",
    "1M, 1048576",
    "2GiB, 2147483648",
    "5B, 5"
  })
  void sizesAreRead(String text, long bytes) throws Exception {
    assertThat(SIZE.parse(text)).isEqualTo(bytes);
  }

  @Test
  void sizeMayBeANumber() throws Exception {
    assertThat(SIZE.parse(8192)).isEqualTo(8192L);
    assertThat(SIZE.parse(8192L)).isEqualTo(8192L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "KiB", "-1", "1.5MiB", "1kb", "0", "2048GiB", "99999999999999999999", "1 1"})
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> SIZE.parse(text))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("is \"" + text + "\" (expected: a size such as");
  }

  @ParameterizedTest
  @CsvSource({
    "250ms, 250",
    "10s, 10000",
    "10 sec, 10000",
    "1min, 60000",
    "1min 30s, 90000",
    "1h30min, 5400000",
    "1d, 86400000",
    "0s, 0"
  })
  void timeSpansAreRead(String text, long millis) throws Exception {
    assertThat(TIME.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "10", "s", "-1s", "1.5s", "3d", "1year", "9999999999999999h"})
  void otherTimeSpansAreRefused(String text) {
    assertThatThrownBy(() -> TIME.parse(text)).isInstanceOf(SettingException.class);
  }

  @Test
  void numbersKeepTheirRange() throws Exception {
    Setting<Integer> threads = Setting.integer("threads", 1, 1, 1024, "");
    assertThat(threads.parse(1024L)).isEqualTo(1024);
    for (Object wrong : List.of(0, 1025, Long.MAX_VALUE, 1.0, "1", true)) {
      assertThatThrownBy(() -> threads.parse(wrong))
          .as("%s", wrong)
          .isInstanceOf(SettingException.class)
          .hasMessageEndingWith("(expected: a whole number from 1 to 1024)");
    }
  }

  @Test
  void settingsCanBeNarrowed() throws Exception {
    Setting<Integer> even =
        Setting.integer("even", 2, 1, 10, "").where("an even number", n -> n % 2 == 0);
    assertThat(even.parse(4)).isEqualTo(4);
    for (Object wrong : List.of(3, 12, "4")) {
      assertThatThrownBy(() -> even.parse(wrong))
          .isInstanceOf(SettingException.class)
          .hasMessageEndingWith("(expected: an even number)");
    }
  }

  @Test
  void settingsHaveDefaultsForWhatIsLeftOut() {
    assertThat(new Settings(java.util.Map.of("size", 7L)).get(SIZE)).isEqualTo(7);
    assertThat(Settings.DEFAULTS.get(SIZE)).isEqualTo(1);
  }
}
