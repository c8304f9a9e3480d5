package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fdgate load} against fdgate. */
final class LoadTest {
  private static final List<String> BRIEF =
      List.of("--count", "300", "--duration", "60s", "--warm-up", "0s", "--connections", "3");

  @TempDir private Path folder;

  private static Distribution.Ended load(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("load"));
    all.addAll(List.of(arguments));
    all.addAll(BRIEF);
    return Distribution.run(all.toArray(String[]::new));
  }

  private static void assertMeasured(Distribution.Ended ended) {
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .containsPattern("answers +30\\d in ")
        .contains("p50", "errors       none");
  }

  @Test
  void measuresEveryKindOfEcho() throws Exception {
    String unique = folder.getFileName().toString();
    try (Handover fdgate =
        Handover.ready(
            "--names",
            "echo:echo:echo:echo:echo:echo",
            "tcp4:127.0.0.1:0",
            "tcp6:[::1]:0",
            "udp4:127.0.0.1:0",
            "unix:" + folder.resolve("s"),
            "unix:@" + unique,
            "unixgram:" + folder.resolve("d"))) {
      assertMeasured(load("tcp:127.0.0.1:" + fdgate.port(0), "--size", "200KiB"));
      assertMeasured(load("tcp:[::1]:" + fdgate.port(1), "--depth", "8"));
      assertMeasured(load("udp:127.0.0.1:" + fdgate.port(2), "--size", "1400"));
      assertMeasured(load("unix:" + folder.resolve("s"), "--threads", "2"));
      assertMeasured(load("unix:@" + unique, "--rate", "3000"));
      assertMeasured(load("unixgram:" + folder.resolve("d"), "--size", "3"));
    }
  }

  @Test
  void measuresHttpInBothVersions() throws Exception {
    try (Handover fdgate = HttpHandover.ready(folder)) {
      String server = "http://127.0.0.1:" + fdgate.port(0);
      assertMeasured(load(server + "/plaintext", "--depth", "4"));
      assertMeasured(load(server + "/bytes/100000", "--http2", "--depth", "4"));
      assertMeasured(load(server + "/echo", "--size", "70KiB"));
      assertMeasured(load(server + "/echo", "--size", "70KiB", "--http2", "--depth", "3"));
    }
  }

  @Test
  void reachesHttpOverAUnixSocket() throws Exception {
    try (Handover fdgate = HttpHandover.start(folder, "unix:" + folder.resolve("s"))) {
      fdgate.awaitLine("ready after ");
      assertMeasured(load("http://any/plaintext", "--via", "unix:" + folder.resolve("s")));
    }
  }

  @Test
  void thresholdsDecideTheExitStatus() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      String target = "tcp:127.0.0.1:" + fdgate.port(0);
      Distribution.Ended met = load(target, "--fail-if", "p99>60s", "--fail-if", "rate>1");
      assertThat(met.status()).isEqualTo(2);
      assertThat(met.out())
          .containsPattern("passed +--fail-if 'p99>60s': found ")
          .containsPattern("FAILED +--fail-if 'rate>1': found ");
      assertThat(load(target, "--fail-if", "p99>60s").status()).isZero();
    }
  }

  @Test
  void wrongAnswerIsShownAndIsStatus1() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "line", "tcp4:127.0.0.1:0")) {
      // Too long for a line, and without an end.
      Distribution.Ended wrong =
          load("tcp:127.0.0.1:" + fdgate.port(0), "--size", "32KiB", "--timeout", "20s");
      assertThat(wrong.status()).isEqualTo(1);
      assertThat(wrong.err()).contains("wrong answer", "expected \"!\"#$%&'()", "got \"ERR ");
      Distribution.assertClean(wrong.err());
    }
  }

  @Test
  void targetsThatCannotBeReachedAreNamed() throws Exception {
    for (String target :
        List.of(
            "tcp:127.0.0.1:1",
            "unix:" + folder.resolve("none"),
            "udp:127.0.0.1:1",
            "http://127.0.0.1:1/",
            "vsock:1:9999")) {
      Distribution.Ended ended = load(target, "--timeout", "2s");
      assertThat(ended.status()).as(target).isEqualTo(1);
      assertThat(ended.err()).startsWith("fdgate: " + target);
      Distribution.assertClean(ended.err());
    }
  }

  @Test
  void wrongCommandLinesAreStatus78AndSayWhatIsExpected() throws Exception {
    for (List<String> line :
        List.of(
            List.of("", "load what?"),
            List.of("echo", "\"echo\" is no target (expected: tcp:HOST:PORT"),
            List.of("tcp:h:1 --fail-if p99=5", "\"p99=5\" is no threshold (expected: METRIC>VALUE"),
            List.of("tcp:h:1 --size 1x", "--size is \"1x\" (expected: a size such as"),
            List.of("tcp:h:1 -d soon", "--duration is \"soon\" (expected: a time span"),
            List.of("tcp:h:1 --rate 0", "--rate is 0.0 (expected: "),
            List.of("tcp:h:1 -c 0", "--connections is 0 (expected: "),
            List.of("report missing.json -o x.html", "missing.json: there is no such file"))) {
      List<String> arguments = new ArrayList<>(List.of("load"));
      arguments.addAll(List.of(line.getFirst().split(" ")));
      arguments.remove("");
      Distribution.Ended ended = Distribution.run(arguments.toArray(String[]::new));
      assertThat(ended.status()).as(line.getFirst() + ended.err()).isEqualTo(78);
      assertThat(ended.err()).contains(line.getLast());
      Distribution.assertClean(ended.err());
    }
  }

  @Test
  void reportsAreWrittenReadAndCompared() throws Exception {
    Path first = folder.resolve("first.json");
    Path second = folder.resolve("second.json");
    Path page = folder.resolve("page.html");
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      String target = "tcp:127.0.0.1:" + fdgate.port(0);
      assertMeasured(load(target, "--json", first.toString(), "--label", "one"));
      Distribution.Ended printed = load(target, "--json", "-", "--label", "two");
      assertThat(printed.out()).startsWith("{").contains("\"answers\": 30");
      Files.writeString(second, printed.out());
    }
    Distribution.Ended ended =
        Distribution.run(
            "load", "report", first.toString(), second.toString(), "-o", page.toString());
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.readString(page)).contains("2 runs", "</i>one</th>", "</i>two</th>", "<svg");
  }

  @Test
  void endsEarlyWithWhatItHasMeasured() throws Exception {
    Path script = folder.resolve("typescript");
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      String command =
          Distribution.FDGATE + " load tcp:127.0.0.1:" + fdgate.port(0) + " --warm-up 0s -d 1h";
      // script(1) gives it a terminal, on which it shows how it goes; env(1) undoes that a shell
      // ignores SIGINT for what it runs in the background.
      Process load =
          Distribution.process(
                  List.of(
                      "env", "--default-signal=INT", "script", "-qefc", command, script.toString()))
              .start();
      try {
        Output out = new Output(load.getInputStream());
        out.awaitLine("1 s of 3600 s");
        load.getOutputStream().write(3); // Ctrl-C
        load.getOutputStream().close(); // which script(1) waits for
        assertThat(load.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(load.exitValue()).isEqualTo(130);
        assertThat(out.awaitEnd()).contains("answers  ", "ended early, by hand");
        Distribution.assertClean(out.text());
      } finally {
        load.destroyForcibly();
      }
    }
  }
}
