package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.LogEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/events.md and the events themselves agree. */
final class EventsDocumentTest {
  @Test
  void documentListsEveryEventAndNoOther() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("../docs/events.md")).stream()
            .filter(line -> line.matches("\\| `.*` \\| .* \\| `[0-9a-f]{32}` \\|"))
            .toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            Arrays.stream(LogEvent.values()).map(EventsDocumentTest::row).toList());
  }

  @Test
  void namesAreUnique() {
    assertThat(Arrays.stream(LogEvent.values()).map(LogEvent::id)).doesNotHaveDuplicates();
  }

  private static String row(LogEvent event) {
    return "| `" + event.id() + "` | " + event.meaning() + " | `" + event.messageId() + "` |";
  }
}
