package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as JSON, read by a program. */
final class StructuredLogTest {
  /** Each line must be an object; prints some of its fields. */
  private static final String SCRIPT =
      """
      import json, sys
      for line in open(sys.argv[1]):
          e = json.loads(line)
          print(e["level"], e["event"], *(e.get(k, "-") for k in sys.argv[2:]))
      """;

  @TempDir private Path folder;

  @Test
  void everyLineIsAnObjectWithItsEvent() throws Exception {
    String output;
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--log-format=json"),
            "--names",
            "echo:http",
            "udp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("\"event\":\"ready\"");
      Curl.get("-o", "/dev/null", "http://127.0.0.1:" + fdgate.port(1) + "/nothing");
      fdgate.awaitLine("\"event\":\"request\"");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      output = fdgate.output();
    }
    assertThat(events(output, "socket", "fd", "kind", "status"))
        .containsSubsequence(
            "info listening echo 3 udp -",
            "info listening http 4 tcp -",
            "info ready - - - -",
            "info request - - - 404",
            "info stopping - - - -",
            "info served echo 3 udp -",
            "info served http 4 tcp -");
  }

  @Test
  void configurationSaysSoToo() throws Exception {
    Path config = Files.writeString(folder.resolve("fdgate.toml"), "[log]\nformat = \"json\"\n");
    try (Handover fdgate =
        Handover.start(
            "--env", "FDGATE_CONFIG=" + config, "--names", "nothing", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isEqualTo(1);
      assertThat(events(fdgate.output(), "message"))
          .singleElement()
          .asString()
          .startsWith("error activation-fault fd 3 (name \"nothing\")");
    }
  }

  @Test
  void commandLineWinsAndTakesBothInAnyOrder() throws Exception {
    Path config = Files.writeString(folder.resolve("fdgate.toml"), "[log]\nformat = \"json\"\n");
    for (List<String> arguments :
        List.of(
            List.of("--log-format=auto", "--config", config.toString()),
            List.of("--config", config.toString(), "--log-format=auto"))) {
      List<String> command = new java.util.ArrayList<>(List.of(Distribution.FDGATE));
      command.addAll(arguments);
      try (Handover fdgate =
          Handover.startCommand(command, "--names", "echo", "tcp4:127.0.0.1:0")) {
        assertThat(fdgate.awaitLine("ready after ")).contains(" INFO ");
      }
    }
  }

  @Test
  void unknownFormatIsAFaultOfTheCommandLine() throws Exception {
    Distribution.Ended ended = Distribution.run("--log-format=yaml");
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err()).contains("--log-format").contains("yaml").contains("json");
  }

  private List<String> events(String output, String... fields) throws Exception {
    Path file = Files.writeString(folder.resolve("log"), output + "\n");
    List<String> command =
        new java.util.ArrayList<>(List.of("python3", "-c", SCRIPT, file.toString()));
    command.addAll(List.of(fields));
    Distribution.Ended read = Distribution.run(new ProcessBuilder(command));
    assertThat(read.status()).as(read.err() + output).isZero();
    return read.out().lines().toList();
  }
}
