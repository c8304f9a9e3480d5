package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogReaderTest {
  @Test
  void terminalIsAPerson() {
    assertThat(LogReader.of(Map.of("container", "podman"), "/dev/pts/0"))
        .isEqualTo(LogReader.TERMINAL);
    assertThat(LogReader.of(Map.of(), "/dev/console")).isEqualTo(LogReader.TERMINAL);
  }

  @Test
  void journalStreamMustBeThisVeryOne() {
    Map<String, String> journal = Map.of("JOURNAL_STREAM", "8:4711");
    assertThat(LogReader.of(journal, "socket:[4711]")).isEqualTo(LogReader.JOURNAL);
    assertThat(LogReader.of(journal, "socket:[47]")).isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(journal, "/var/log/fdgate")).isEqualTo(LogReader.PLAIN);
  }

  @Test
  void conmonsPipeLeadsToTheJournal() {
    Map<String, String> podman = Map.of("container", "podman");
    assertThat(LogReader.of(podman, "pipe:[1]")).isEqualTo(LogReader.JOURNAL);
    assertThat(LogReader.of(podman, "/some/file")).isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(Map.of(), "pipe:[1]")).isEqualTo(LogReader.PLAIN);
  }
}
