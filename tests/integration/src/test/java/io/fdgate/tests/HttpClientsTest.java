package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** http asked by clients that nobody here wrote: curl, wrk, ab. */
final class HttpClientsTest {
  private static final int SIZE = 3_000_000;

  @TempDir private static Path folder;
  private static Handover fdgate;

  @BeforeAll
  static void start() throws IOException {
    Path root = Files.createDirectory(folder.resolve("root"));
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    Files.write(root.resolve("file.bin"), content);
    Files.writeString(root.resolve("page.html"), "<p>page</p>\n");
    Files.writeString(root.resolve("page.html.gz"), "not really compressed");
    Path config =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            """
            [sockets.http]
            endpoints = true
            root = "%s"
            listing = true
            """
                .formatted(root));
    fdgate =
        Handover.ready(
            "--env",
            "FDGATE_CONFIG=" + config,
            "--names",
            "http:http",
            "tcp4:127.0.0.1:0",
            "unix:" + folder.resolve("http.sock"));
  }

  @AfterAll
  static void stop() throws IOException {
    fdgate.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
  void curlGetsItsBodyBackWithEveryMethod(String method) throws Exception {
    assertThat(curl("-X", method, "--data-binary", "the body", url("/echo"))).isEqualTo("the body");
  }

  @Test
  void curlGetsHeadersForHead() throws Exception {
    assertThat(curl("-I", url("/file.bin")))
        .startsWith("HTTP/1.1 200 OK")
        .containsIgnoringCase("content-length: " + SIZE);
  }

  /** On whichever event loop its connection is: what one of them keeps of a head is its own. */
  @Test
  void eachOfManyClientsGetsTheAnswerToItsOwnHead() throws Exception {
    List<Callable<Void>> clients = new ArrayList<>();
    for (int i = 10; i < 22; i++) {
      String name = "client-" + i;
      clients.add(() -> asksAgainAndAgain(name));
    }
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (Future<Void> client : threads.invokeAll(clients)) {
        client.get();
      }
    }
  }

  /** All answers have the length of the first. */
  private static Void asksAgainAndAgain(String name) throws IOException {
    int together = 16;
    try (Client client = Client.connect(fdgate.port(0))) {
      int length = 0;
      for (int i = 10_000; i < 10_500; i++) {
        String field = "X: " + name + "-" + i;
        String request = "GET /headers HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n";
        if (length == 0) {
          StringBuilder first = new StringBuilder();
          client.send(request);
          while (!first.toString().endsWith(field + "\n")) {
            first.append(client.receive(1));
          }
          length = first.length();
        }
        String answers = client.send(request.repeat(together)).receive(together * length);
        assertThat(answers.split(field + "\n", -1)).hasSize(together + 1);
      }
    }
    return null;
  }

  @Test
  void curlUploadsChunkedAndGetsItBack() throws Exception {
    Path file = folder.resolve("root/file.bin");
    Path back = folder.resolve("back");
    curl("-T", "-", "-o", back.toString(), "--stdin-from", file.toString(), url("/echo"));
    assertThat(back).hasSameBinaryContentAs(file);
  }

  @Test
  void curlGetsTheFileAndItsRanges() throws Exception {
    Path file = folder.resolve("root/file.bin");
    Path whole = folder.resolve("whole");
    curl("-o", whole.toString(), url("/file.bin"));
    assertThat(whole).hasSameBinaryContentAs(file);
    Path part = folder.resolve("part");
    assertThat(
            curl("-r", "1000-1999", "-o", part.toString(), "-w", "%{http_code}", url("/file.bin")))
        .isEqualTo("206");
    byte[] content = Files.readAllBytes(file);
    assertThat(Files.readAllBytes(part)).isEqualTo(Arrays.copyOfRange(content, 1000, 2000));
    assertThat(curl("-r", "0-0,5-5", url("/page.html")))
        .contains("Content-Range: bytes 0-0/12")
        .contains("Content-Range: bytes 5-5/12");
    // A download that broke off is taken up again.
    Files.write(whole, Arrays.copyOf(content, 1_234_567));
    curl("-C", "-", "-o", whole.toString(), url("/file.bin"));
    assertThat(whole).hasSameBinaryContentAs(file);
  }

  @Test
  void curlGetsNothingOutsideTheRoot() throws Exception {
    for (String path : List.of("/../fdgate.toml", "/%2e%2e/fdgate.toml", "/..%2ffdgate.toml")) {
      assertThat(curl("--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", url(path)))
          .as(path)
          .isIn("400", "404");
    }
  }

  @Test
  void curlReachesTheUnixSocketAndIsKnownByItsCredentials() throws Exception {
    String answer =
        curl("--unix-socket", folder.resolve("http.sock").toString(), "http://localhost/whoami");
    String uid = Distribution.run(new ProcessBuilder("id", "-u")).out();
    assertThat(answer).contains("uid=" + uid);
  }

  @Test
  void accessLogHasALineInCombinedFormat() throws Exception {
    curl("-A", "an agent", "-e", "http://referrer/", url("/page.html?q=1"));
    assertThat(fdgate.awaitLine("GET /page.html?q=1"))
        .containsPattern(
            "127\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] \"GET"
                + " /page.html\\?q=1 HTTP/1.1\" 200 12 \"http://referrer/\" \"an agent\"");
  }

  @Test
  void wrkSeesNoErrors() throws Exception {
    Distribution.Ended wrk =
        Distribution.run(
            new ProcessBuilder("wrk", "-t1", "-c50", "-d2s", "--latency", url("/plaintext")));
    assertThat(wrk.status()).isZero();
    assertThat(wrk.out())
        .containsPattern(Pattern.compile("[1-9]\\d* requests in"))
        .doesNotContain("Socket errors")
        .doesNotContain("Non-2xx");
  }

  @Test
  void abSeesNoFailuresWithAndWithoutKeepAlive() throws Exception {
    for (String option : List.of("-k", "-q")) {
      Distribution.Ended ab =
          Distribution.run(
              new ProcessBuilder("ab", option, "-n", "2000", "-c", "20", url("/plaintext")));
      assertThat(ab.status()).as(ab.err()).isZero();
      assertThat(ab.out())
          .containsPattern("Complete requests: +2000")
          .containsPattern("Failed requests: +0")
          .doesNotContain("Non-2xx");
    }
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + fdgate.port(0) + path;
  }

  private static String curl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
    ProcessBuilder builder = new ProcessBuilder(command);
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--stdin-from")) {
        builder.redirectInput(Path.of(arguments[++i]).toFile());
      } else {
        command.add(arguments[i]);
      }
    }
    Process curl = builder.redirectErrorStream(true).start();
    String output = new String(curl.getInputStream().readAllBytes(), UTF_8);
    assertThat(curl.waitFor()).as(output).isZero();
    return output;
  }
}
