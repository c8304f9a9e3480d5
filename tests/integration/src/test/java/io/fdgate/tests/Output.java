package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** The lines that a process writes to one of its streams, read on a thread of its own. */
final class Output {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  Output(InputStream stream) {
    // Not a virtual thread: reading a pipe would hold its carrier.
    reader = Thread.ofPlatform().daemon().start(() -> read(stream));
  }

  /** The first line that holds a text, once it is there; fails when the stream ends without it. */
  String awaitLine(String text) {
    Awaitility.await(text)
        .pollDelay(Duration.ZERO)
        .atMost(PATIENCE)
        .until(() -> !reader.isAlive() || line(text).isPresent());
    assertThat(text()).contains(text);
    return line(text).orElseThrow();
  }

  /** Everything, once the stream has ended. */
  String awaitEnd() {
    try {
      reader.join(PATIENCE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    assertThat(reader.isAlive()).as("the output goes on: %s", text()).isFalse();
    return text();
  }

  /** Everything until now. */
  String text() {
    return String.join("\n", lines);
  }

  private Optional<String> line(String text) {
    return lines.stream().filter(line -> line.contains(text)).findFirst();
  }

  private void read(InputStream stream) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException ended) {
      lines.add("(the stream was closed: " + ended.getMessage() + ")");
    }
  }
}
