package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Autobahn suite against the WebSocket echo: all cases that its Maven artifact carries. */
final class AutobahnTest {
  private static final Pattern RESULT =
      Pattern.compile(
          "\"([0-9.]+)\": \\{\\s*\"behavior\": \"([A-Z-]+)\",\\s*\"behaviorClose\": \"([A-Z-]+)\"");

  private static final int AGAIN = 2;

  @TempDir private Path folder;

  /**
   * A case that fails is said with the suite's report and what fdgate logged, and is run again: on
   * machines that were busy with other tests a connection of case 9.4.4 was lost, seldom, and why
   * is not known.
   */
  @Test
  void noCaseFails() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            "[log]\nlevel = \"debug\"\n[sockets.http]\nendpoints = true\naccess_log = false\n");
    try (Handover fdgate =
        Handover.ready("--env", "FDGATE_CONFIG=" + config, "--names", "http", "tcp4:127.0.0.1:0")) {
      String url = "ws://127.0.0.1:" + fdgate.port(0) + "/ws";
      Map<String, String> results = run(url, Set.of("*"));
      assertThat(results).hasSizeGreaterThan(290);
      Map<String, String> failed = failed(results);
      for (int i = 0; i < AGAIN && !failed.isEmpty(); i++) {
        Set<String> cases = failed.keySet();
        System.err.println("failed, and run again: " + failed);
        for (String each : cases) {
          System.err.println(report(each));
        }
        System.err.println(fdgate.output());
        results = run(url, cases);
        assertThat(results).containsOnlyKeys(cases);
        failed = failed(results);
      }
      assertThat(failed).isEmpty();
    }
  }

  private static Map<String, String> failed(Map<String, String> results) {
    Map<String, String> failed = new TreeMap<>(results);
    // NON-STRICT: malformed UTF-8 is found at the end of a fragment and not within it.
    failed
        .values()
        .removeIf(each -> each.matches("(OK|NON-STRICT|INFORMATIONAL)/\\1|NON-STRICT/OK"));
    return failed;
  }

  /** What the suite says of a case, without what was sent. */
  private String report(String id) throws IOException {
    Path file = folder.resolve("reports/fdgate_case_" + id.replace('.', '_') + ".json");
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith("   \""))
        .collect(Collectors.joining("\n"));
  }

  private Map<String, String> run(String url, Set<String> cases) throws Exception {
    String script =
        """
        from autobahntestsuite import wstest
        wstest.start({"mode": "fuzzingclient"}, {
            "failByDrop": False, "enable-ssl": False, "outdir": "reports",
            "servers": [{"agent": "fdgate", "url": "%s", "options": {"version": 18}}],
            "cases": ["%s"], "exclude-cases": [], "exclude-agent-cases": {}})
        """
            .formatted(url, String.join("\", \"", cases));
    Path python = Files.writeString(folder.resolve("suite.py"), script);
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process suite =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("fdgate.autobahn") + "/*",
                "org.python.util.jython",
                python.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    Output output = new Output(suite.getInputStream());
    if (!suite.waitFor(20, TimeUnit.MINUTES)) {
      suite.destroyForcibly();
      throw new AssertionError("the suite does not end: " + output.text());
    }
    assertThat(suite.exitValue()).as(output.text()).isZero();
    return results();
  }

  private Map<String, String> results() throws Exception {
    Map<String, String> results = new TreeMap<>();
    Matcher each = RESULT.matcher(Files.readString(folder.resolve("reports/index.json")));
    while (each.find()) {
      results.put(each.group(1), each.group(2) + "/" + each.group(3));
    }
    return results;
  }
}
