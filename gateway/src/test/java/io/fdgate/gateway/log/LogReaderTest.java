package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogReaderTest {
  @Test
  void terminalIsAPerson() {
    assertThat(LogReader.of(Map.of("container", "podman"), "/dev/pts/0", 8))
        .isEqualTo(LogReader.TERMINAL);
    assertThat(LogReader.of(Map.of(), "/dev/console", 8)).isEqualTo(LogReader.TERMINAL);
  }

  @Test
  void journalStreamMustBeThisVeryOne() {
    Map<String, String> journal = Map.of("JOURNAL_STREAM", "8:4711");
    assertThat(LogReader.of(journal, "socket:[4711]", 8)).isEqualTo(LogReader.JOURNAL);
    assertThat(LogReader.of(journal, "socket:[47]", 8)).isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(journal, "socket:[4711]", 9)).isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(Map.of("JOURNAL_STREAM", "4711"), "socket:[4711]", 8))
        .isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(journal, "/var/log/fdgate", 8)).isEqualTo(LogReader.PLAIN);
  }

  @Test
  void conmonsPipeLeadsToTheJournal() {
    Map<String, String> podman = Map.of("container", "podman");
    assertThat(LogReader.of(podman, "pipe:[1]", 8)).isEqualTo(LogReader.CONTAINER);
    assertThat(LogReader.of(podman, "/some/file", 8)).isEqualTo(LogReader.PLAIN);
    assertThat(LogReader.of(Map.of(), "pipe:[1]", 8)).isEqualTo(LogReader.PLAIN);
  }
}
