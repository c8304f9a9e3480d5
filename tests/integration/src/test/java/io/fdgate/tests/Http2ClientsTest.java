package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 as curl and nghttp2 speak it. */
final class Http2ClientsTest {
  private static final String PRIOR_KNOWLEDGE = "--http2-prior-knowledge";

  @TempDir private static Path folder;
  private static Handover fdgate;

  @BeforeAll
  static void start() throws IOException {
    byte[] content = new byte[2_000_000];
    new Random(1).nextBytes(content);
    Files.write(folder.resolve("file.bin"), content);
    fdgate = HttpHandover.ready(folder);
  }

  @AfterAll
  static void stop() throws IOException {
    fdgate.close();
  }

  @Test
  void curlKnowsThatHttp2IsSpoken() throws Exception {
    assertThat(curl(PRIOR_KNOWLEDGE, "-w", "%{http_version} %{http_code}", url("/whoami")))
        .contains("protocol: http (HTTP/2.0)")
        .endsWith("2 200");
  }

  @Test
  void curlUpgrades() throws Exception {
    assertThat(curl("--http2", "-i", url("/whoami")))
        .startsWith("HTTP/1.1 101 Switching Protocols\n")
        .contains("HTTP/2 200", "protocol: http (HTTP/2.0)");
    // A second request on the connection that was upgraded, and a body, which is not upgraded.
    assertThat(curl("--http2", "-w", "%{http_version} ", url("/json"), url("/plaintext")))
        .isEqualTo("{\"message\":\"Hello, World!\"}2 Hello, World!2 ");
    assertThat(curl("--http2", "-d", "hi", "-w", " %{http_version}", url("/echo")))
        .isEqualTo("hi 1.1");
  }

  @Test
  void curlMovesFilesBothWays() throws Exception {
    Path file = folder.resolve("file.bin");
    Path down = folder.resolve("down");
    curl(PRIOR_KNOWLEDGE, "-o", down.toString(), url("/file.bin"));
    assertThat(down).hasSameBinaryContentAs(file);
    Path back = folder.resolve("back");
    curl(PRIOR_KNOWLEDGE, "-T", file.toString(), "-o", back.toString(), url("/echo"));
    assertThat(back).hasSameBinaryContentAs(file);
    assertThat(
            curl(
                PRIOR_KNOWLEDGE,
                "-r",
                "5-14",
                "-w",
                "%{size_download}",
                "-o",
                "/dev/null",
                url("/file.bin")))
        .isEqualTo("10");
    assertThat(curl(PRIOR_KNOWLEDGE, "-I", url("/file.bin"))).contains("content-length: 2000000");
  }

  @Test
  void curlGetsTheAnswerToABodyThatIsTooLarge() throws Exception {
    // curl 7.88 forgets an answer that it reads together with the reset of the stream (RFC 9113,
    // section 8.1) while it still sends; then it says 000.
    for (int i = 0; i < 20; i++) {
      assertThat(
              statusOf(
                  PRIOR_KNOWLEDGE,
                  "-o",
                  "/dev/null",
                  "-w",
                  "%{http_code}",
                  "-H",
                  "Content-Length: 100000000000",
                  "-T",
                  folder.resolve("file.bin").toString(),
                  url("/echo")))
          .as("request %d", i)
          .isEqualTo("413");
    }
  }

  @Test
  void nghttpGetsSeveralAtOnceByEitherWay() throws Exception {
    for (List<String> way : List.of(List.<String>of(), List.of("--upgrade"))) {
      List<String> command = new ArrayList<>(List.of("nghttp", "-nv"));
      command.addAll(way);
      command.addAll(List.of(url("/bytes/100000"), url("/json"), url("/status/404")));
      Distribution.Ended nghttp = Distribution.run(new ProcessBuilder(command));
      assertThat(nghttp.status()).isZero();
      assertThat(nghttp.out().split(":status: 200", -1)).hasSize(3);
      assertThat(nghttp.out()).contains(":status: 404").doesNotContain("RST_STREAM");
    }
  }

  @Test
  void h2loadIsAnsweredEveryTime() throws Exception {
    assertLoad(20_000, "-c", "4", "-m", "100", url("/plaintext"));
    assertLoad(2_000, "-c", "4", "-m", "32", url("/bytes/100000"));
    assertLoad(100, "-c", "2", "-m", "8", url("/file.bin"));
    assertLoad(
        100, "-c", "2", "-m", "8", "-d", folder.resolve("file.bin").toString(), url("/echo"));
  }

  @Test
  void connectionThatSystemdAcceptedIsServed(@TempDir Path other) throws Exception {
    for (String way : List.of(PRIOR_KNOWLEDGE, "--http2")) {
      try (Handover accepted = HttpHandover.start(other, "accepted:127.0.0.1:0")) {
        String port = accepted.controlLine("connect ");
        assertThat(curl(way, "http://127.0.0.1:" + port + "/whoami")).contains("(HTTP/2.0)");
        assertThat(accepted.awaitExit()).isZero();
      }
    }
  }

  @Test
  void streamInFlightIsFinishedOnSigterm(@TempDir Path other) throws Exception {
    Path down = other.resolve("down");
    try (Handover stopped = HttpHandover.ready(other)) {
      String address = "http://127.0.0.1:" + stopped.port(0) + "/bytes/8000000";
      Process curl =
          new ProcessBuilder(
                  "curl",
                  "-sSv",
                  PRIOR_KNOWLEDGE,
                  "--limit-rate",
                  "4M",
                  "-o",
                  down.toString(),
                  address)
              .redirectErrorStream(true)
              .start();
      Output output = new Output(curl.getInputStream());
      output.awaitLine("< HTTP/2 200");
      stopped.signal("TERM");
      output.awaitEnd();
      assertThat(curl.waitFor()).isZero();
      assertThat(down).hasSize(8_000_000);
      assertThat(stopped.awaitExit()).isZero();
    }
  }

  private static void assertLoad(int requests, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("h2load", "-n", Integer.toString(requests)));
    command.addAll(List.of(arguments));
    assertThat(Distribution.run(new ProcessBuilder(command)).out())
        .contains(requests + " succeeded, 0 failed, 0 errored, 0 timeout")
        .contains("status codes: " + requests + " 2xx");
  }

  private static String curl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
    command.addAll(List.of(arguments));
    Distribution.Ended curl = Distribution.run(new ProcessBuilder(command));
    assertThat(curl.status()).as(curl.err()).isZero();
    return curl.out();
  }

  /** Its exit status is left alone: it may find its own upload broken off after the answer. */
  private static String statusOf(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "30"));
    command.addAll(List.of(arguments));
    return Distribution.run(new ProcessBuilder(command)).out();
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + fdgate.port(0) + path;
  }
}
