package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line and the configuration file, as a person meets them. */
final class CommandLineTest {
  @TempDir private Path folder;

  @Test
  void helpNamesTheCommandsAndTheExitStatuses() throws Exception {
    Distribution.Ended help = Distribution.run("--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("demo", "check", "sockets", "--config", "78", "FDGATE_CONFIG");
    assertThat(help.err()).isEmpty();
  }

  @Test
  void versionIsThatOfTheBuild() throws Exception {
    assertThat(Distribution.run("--version").out()).matches("fdgate \\d+\\.\\d+\\.\\d+.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"chek", "--confg", "demo --port x", "check"})
  void wrongCommandLineIsStatus78WithoutAStackTrace(String line) throws Exception {
    Distribution.Ended ended = Distribution.run(line.split(" "));
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err()).startsWith("fdgate: ");
    Distribution.assertClean(ended.err());
  }

  @Test
  void unknownOptionIsToldInThreeLines() throws Exception {
    assertThat(Distribution.run("--confg").err().lines())
        .containsExactly(
            "fdgate: Unknown option: '--confg'",
            "Possible solutions: --config",
            "\"fdgate --help\" says what there is");
    assertThat(Distribution.run("demo", "--prt=1").err().lines())
        .last()
        .isEqualTo("\"fdgate demo --help\" says what there is");
  }

  @Test
  void distributionsOwnConfigurationIsRight() throws Exception {
    Path file = Distribution.HOME.resolve("conf/fdgate.toml");
    assertThat(Distribution.run("check", file.toString()).status()).isZero();
  }

  @Test
  void checkTellsAllFaultsWithFileLineAndNearestKey() throws Exception {
    Path file =
        write(
            """
            drain_timeuot = "1s"
            threads = 0
            [log]
            level = "loud"
            [sockets.a]
            protcol = "echo"
            [sockets.b]
            protocol = "ecko"
            """);
    Distribution.Ended ended = Distribution.run("check", file.toString());
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err())
        .contains(
            file + ":1: unknown key \"drain_timeuot\"; did you mean \"drain_timeout\"?",
            file + ":2: threads is 0 (expected: a whole number from 1 to 1024)",
            file + ":4: [log] level is \"loud\" (expected: one of \"error\"",
            file + ":6: [sockets.a] unknown key \"protcol\"; did you mean \"protocol\"?",
            file + ":8: protocol = \"ecko\": there is no such protocol; did you mean \"echo\"?");
  }

  @Test
  void checkTellsWhatAProtocolNeedsAndATableDoesNotSay() throws Exception {
    Path file =
        write(
            """
            [sockets.db]
            protocol = "forward"
            [sockets.dns]
            protocol = "forward"
            upstream = "udp:127.0.0.1:53"
            [sockets.web]
            protocol = "http"
            root = "/nowhere/to/be/found"
            [sockets.mixed]
            stream = "forward"
            datagram = "echo"
            """);
    Distribution.Ended ended = Distribution.run("check", file.toString());
    assertThat(ended.status()).isEqualTo(78);
    assertThat(
            ended.err().lines().filter(line -> line.contains("[sockets.") || line.contains("root")))
        .satisfiesExactly(
            db -> assertThat(db).contains(file + ":1: upstream is not set", "[sockets.\"db\"]"),
            mixed ->
                assertThat(mixed).contains(file + ":9: upstream is not set", "[sockets.\"mixed\"]"),
            web -> assertThat(web).contains(file + ":8: root is \"/nowhere/to/be/found\""));
  }

  @Test
  void checkOfNoTomlNamesTheLine() throws Exception {
    Path file = write("threads = 1\nwhat is this\n");
    Distribution.Ended ended = Distribution.run("check", file.toString());
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err()).contains(file + ":2: not TOML");
  }

  @Test
  void serviceWithAWrongFileServesNothing() throws Exception {
    Path file = write("threads = \"many\"\n");
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--config", file.toString()),
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isEqualTo(78);
      assertThat(fdgate.output()).contains(file + ":1: threads is \"many\"");
    }
  }

  @Test
  void serviceWithoutItsFileServesNothing() throws Exception {
    Path missing = folder.resolve("missing.toml");
    try (Handover fdgate =
        Handover.start(
            "--env", "FDGATE_CONFIG=" + missing, "--names", "echo", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isEqualTo(78);
      assertThat(fdgate.output()).contains(missing.toString());
    }
  }

  @Test
  void faultsOfTheFileAndOfTheActivationAreToldTogether() throws Exception {
    Path file = write("threads = 0\n");
    try (Handover fdgate =
        Handover.start("--env", "FDGATE_CONFIG=" + file, "--names", "echo", "closed:")) {
      assertThat(fdgate.awaitExit()).isEqualTo(78);
      assertThat(fdgate.output()).contains("threads is 0", "fd 3", "2 faults, nothing is served");
    }
  }

  @Test
  void socketsPrintsWhatWasInheritedAndWhy() throws Exception {
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "sockets"),
            "--names",
            "echo:echo@a.socket:",
            "tcp4:127.0.0.1:0",
            "udp6:[::]:0",
            "unix:" + folder.resolve("s"))) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output().lines().toList())
          .satisfies(lines -> {
            assertThat(lines.get(0))
                .matches("FD +NAME +KIND +ADDRESS +FLAGS +PROTOCOL +CHOSEN BY.*");
            assertThat(lines.get(1))
                .matches("3 +echo +tcp +127.0.0.1:\\d+ +listening,blocking +echo +its name.*");
            assertThat(lines.get(2))
                .matches(
                    "4 +echo@a.socket +udp +\\[::]:\\d+ +bound,dual-stack,blocking +echo +its"
                        + " name without @instance.*");
            assertThat(lines.get(3)).matches("5 +\"\" +unix +/.*/s +listening,blocking +- .*");
            assertThat(lines).anyMatch(line -> line.startsWith("fault: fd 5"));
            assertThat(lines).anyMatch(line -> line.startsWith("advice: "));
          });
    }
  }

  @Test
  void demoServesWhatItPrintsAndCleansUp() throws Exception {
    Path runtime = folder.resolve("demo");
    ProcessBuilder builder =
        Distribution.process(
            List.of(Distribution.FDGATE, "demo", "--port", "0", "--dir", runtime.toString()));
    Process demo = builder.start();
    Output out = new Output(demo.getInputStream());
    Output err = new Output(demo.getErrorStream());
    try {
      out.awaitLine("unix-datagram");
      List<String> attempts =
          out.text()
              .lines()
              .filter(line ->
                  line.contains("127.0.0.1") || line.contains("[::1]") || line.contains(" unix"))
              .toList();
      assertThat(attempts).hasSize(9);
      for (String line : attempts) {
        String attempt = line.replaceFirst(".*?(?=echo hello|echo HELP|curl )", "");
        Distribution.Ended tried = Distribution.run(new ProcessBuilder("sh", "-c", attempt));
        assertThat(tried.out())
            .as(attempt)
            .containsPattern(
                switch (line.split(" ")[0]) {
                  case "http" -> "fdgate|peer";
                  case "line" -> "^OK .*PING";
                  default -> "^hello$";
                });
      }
    } finally {
      demo.destroy();
    }
    assertThat(demo.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(demo.exitValue()).isZero();
    assertThat(err.awaitEnd()).isEmpty();
    if (Files.exists(runtime)) {
      try (var left = Files.list(runtime)) {
        assertThat(left).isEmpty();
      }
    }
  }

  private Path write(String toml) throws IOException {
    return Files.writeString(folder.resolve("fdgate.toml"), toml);
  }
}
