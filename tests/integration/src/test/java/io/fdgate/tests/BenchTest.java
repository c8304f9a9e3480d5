package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each mode of bin/bench still runs, and finds its answers right. Its figures are not looked at.
 */
final class BenchTest {
  private static final Path BENCH = Path.of(System.getProperty("fdgate.bench", ""));
  private static final int PATIENCE_SECONDS = 300;

  @ParameterizedTest
  @CsvSource({
    "cold, | measured | fdgate | beside | bar |",
    "echo, | measured | fdgate | beside | bar |",
    "http, | measured | fdgate | beside | bar |",
    "udp, | measured | fdgate | beside | bar |",
    "memory, | measured | fdgate | beside | bar |",
    "calls, | load | server | system calls a message |"
  })
  void modeRuns(String mode, String table) throws Exception {
    File out = File.createTempFile("bench", mode);
    List<String> command =
        List.of(
            "python3",
            BENCH.toString(),
            mode,
            "--rounds=1",
            "--seconds=0.3",
            "--connections=100",
            "--no-warm-up");
    Process bench =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out).start();
    try {
      assertThat(bench.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("%s ends", mode).isTrue();
      assertThat(bench.exitValue()).as(() -> contents(out)).isZero();
      assertThat(contents(out)).contains(table);
    } finally {
      bench.descendants().forEach(ProcessHandle::destroy);
      bench.destroy();
      assertThat(out.delete()).isTrue();
    }
  }

  private static String contents(File file) {
    return org.assertj.core.util.Files.contentOf(file, java.nio.charset.StandardCharsets.UTF_8);
  }
}
