package io.fdgate.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command's end: what it wrote to both streams, and its status. */
record Command(List<String> line, int status, String output) {
  static Command run(String input, List<String> line) throws IOException, InterruptedException {
    // A file, not a pipe: what a command leaves running in the background may hold its output open.
    Path output = Files.createTempFile("fdgate-e2e-", ".out");
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException ended) {
        // It did not want its input, and its status says whether that is well.
      }
      if (!process.waitFor(10, TimeUnit.MINUTES)) { // two builds side by side, on a slow machine
        process.destroyForcibly();
        throw new AssertionError(line + " does not end: " + Files.readString(output));
      }
      return new Command(line, process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** The output, of a command that must succeed. */
  String ok() {
    assertThat(status).as("status of %s, which says:%n%s", line, output).isZero();
    return output;
  }
}
