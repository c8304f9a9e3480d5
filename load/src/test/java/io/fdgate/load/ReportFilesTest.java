package io.fdgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportFilesTest {
  @TempDir private Path folder;

  private static Report report(String label, long nanos) throws LoadException {
    Timeline timeline = new Timeline(1);
    for (int second = 0; second < 3; second++) {
      Tally tally = new Tally();
      for (int i = 1; i <= 1000; i++) {
        tally.answered(nanos * i);
      }
      timeline.add(
          new Slice(second, second * 1_000_000_000L, (second + 1) * 1_000_000_000L, tally));
    }
    return Report.of(
            new Report.Title(label, "1.2", "load", Instant.EPOCH),
            Map.of("connections", "5"),
            timeline,
            false)
        .with(List.of(Threshold.parse("p99>1ms")));
  }

  @Test
  void readsWhatItWrote() throws Exception {
    Report report = report("a", 1000);
    Path file = folder.resolve("a.json");
    ReportFiles.writeJson(file, report);
    assertThat(ReportFiles.read(file)).isEqualTo(report);
  }

  @Test
  void refusesOtherFiles() throws Exception {
    Path file = folder.resolve("other");
    assertThatThrownBy(() -> ReportFiles.read(file)).hasMessageContaining("no such file");
    for (String text :
        List.of("", "no", "{}", "[1]", "{\"format\": \"x\"}", "{\"seconds\": \"x\"}")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> ReportFiles.read(file))
          .as(text)
          .hasMessage(file + " is no report of fdgate load (expected: a file written with --json)");
    }
  }

  @Test
  void pageHoldsEveryRunAndNeedsNothingElse() throws Exception {
    Path file = folder.resolve("page.html");
    ReportFiles.writeHtml(file, List.of(report("<first>", 1000), report("second & last", 3000)));
    String page = Files.readString(file);
    assertThat(page)
        .contains("&lt;first&gt;", "second &amp; last", "prefers-color-scheme: dark", "p99.9")
        .contains("Latency by percentile", "Answers a second over time", "p99&gt;1ms")
        .doesNotContain("{{", "<first>", "src=", "href=", "url(", "@import", "NaN", "Infinity");
    assertThat(page.split("class=\"line s0\"", -1)).hasSize(4);
    assertThat(page.split("class=\"line s1\"", -1)).hasSize(4);
  }

  @Test
  void refusesMoreRunsThanThereAreColours() throws Exception {
    Path file = folder.resolve("page.html");
    List<Report> many = Collections.nCopies(9, report("a", 1));
    assertThatThrownBy(() -> ReportFiles.writeHtml(file, many))
        .hasMessageContaining("9 reports cannot be compared (expected: 1 to 8)");
  }

  @Test
  void textTellsWhatFailed() throws Exception {
    assertThat(ReportFiles.text(report("a", 10_000)))
        .contains("answers      3,000 in 3.0 s   1,000/s")
        .contains("FAILED       --fail-if 'p99>1ms': found 9.9")
        .contains("errors       none");
  }
}
