package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The status protocol, seen by curl and by a browser. */
final class StatusTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private Handover fdgate;

  @BeforeEach
  void start() throws IOException {
    fdgate =
        Handover.ready(
            "--names",
            "echo:a<b>:http:status:status",
            "--env",
            "FDGATE_CONFIG="
                + Files.writeString(folder.resolve("fdgate.toml"), "default_protocol = \"echo\"\n"),
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "unix:" + folder.resolve("status"));
  }

  @AfterEach
  void stop() throws IOException {
    fdgate.close();
  }

  @Test
  void curlGetsATable() throws Exception {
    echo("hello");
    for (String accept : List.of("*/*", "text/plain", "image/png, text/plain;q=0.5")) {
      assertThat(get("Accept: " + accept, "/"))
          .as(accept)
          .startsWith("fdgate ")
          .containsPattern("FD +NAME +KIND +ADDRESS +PROTOCOL +OPEN +TOTAL")
          .containsPattern("3 +echo +tcp +127.0.0.1:" + fdgate.port(0) + " +echo +\\d+ +1 +- +5 B")
          .containsPattern("4 +a<b> +udp +127.0.0.1:" + fdgate.port(1) + " +echo +- +0");
    }
  }

  @Test
  void scriptsGetJson() throws Exception {
    echo("hello");
    Path json = folder.resolve("json");
    Files.writeString(json, get("Accept: application/json", "/"));
    String script =
        "import json,sys; s=json.load(open(sys.argv[1]))['sockets'];"
            + "print([x['protocol'] for x in s], s[0]['bytes_received'], s[0]['connections'],"
            + "s[1]['name'], s[1]['datagrams_received'])";
    assertThat(Distribution.run(new ProcessBuilder("python3", "-c", script, json.toString())).out())
        .isEqualTo("['echo', 'echo', 'http', 'status', 'status'] 5 1 a<b> 0");
  }

  @Test
  void eventsComeUntilTheGatewayStopsAndEndInOrder() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", fdgate.port(3))) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(
              "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(next(lines, "HTTP/1.1 ")).isEqualTo("HTTP/1.1 200 OK");
      assertThat(next(lines, "content-type: ")).isEqualTo("content-type: text/event-stream");
      assertThat(next(lines, "data: ")).contains("\"bytes_received\":0");
      echo("hello");
      String event = next(lines, "data: ");
      while (!event.contains("\"bytes_received\":5,\"bytes_sent\":5")) {
        event = next(lines, "data: ");
      }
      fdgate.signal("TERM");
      List<String> rest = lines.lines().toList();
      assertThat(rest.subList(rest.size() - 2, rest.size())).containsExactly("0", "");
    }
    assertThat(fdgate.awaitExit()).isZero();
    assertThat(fdgate.output()).doesNotContain("drain_timeout");
  }

  @Test
  void eventsEndOverHttp2Too() throws Exception {
    Process curl =
        new ProcessBuilder(
                "curl", "-sSN", "--http2-prior-knowledge", "--max-time", "120", url("/events"))
            .redirectErrorStream(true)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(curl.getInputStream(), StandardCharsets.UTF_8));
    assertThat(next(lines, "data: ")).contains("\"protocol\":\"status\"");
    assertThat(next(lines, "data: ")).contains("\"protocol\":\"status\"");
    fdgate.signal("TERM");
    assertThat(fdgate.awaitExit()).isZero();
    assertThat(lines.lines().filter(line -> line.startsWith("curl"))).isEmpty();
    assertThat(curl.waitFor()).isZero();
    assertThat(fdgate.output()).doesNotContain("drain_timeout");
  }

  @Test
  void unixSocketServesItToo() throws Exception {
    assertThat(Curl.get("--unix-socket", folder.resolve("status").toString(), "http://localhost/"))
        .startsWith("fdgate ");
  }

  @Test
  void browserShowsWhatHappensAndLoadsNothingElse() throws Exception {
    try (Browser browser = new Browser(folder.resolve("profile"), url("/"))) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(browser.evaluate("document.getElementById('state')?.textContent"))
                  .isEqualTo("live"));
      assertThat(browser.evaluate("document.title")).isEqualTo("fdgate: 5 sockets");
      assertThat(browser.evaluate("document.querySelector('[data-fd=\"4\"] code').textContent"))
          .isEqualTo("a<b>");
      assertThat(browser.evaluate("document.querySelector('[data-fd=\"3\"] .total').textContent"))
          .isEqualTo("0");

      echo("hello");
      Curl.get("http://127.0.0.1:" + fdgate.port(2) + "/");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(
                      browser.evaluate(
                          "[...document.querySelectorAll('[data-fd=\"3\"] td')].map(c =>"
                              + " c.firstChild.textContent).slice(3,7).join(' ')"))
                  .isEqualTo("1 0 5\u00a0B 5\u00a0B"));
      assertThat(browser.evaluate("document.querySelectorAll('svg path').length")).isEqualTo("14");

      // The stream of events is listed only once it has ended.
      assertThat(
              browser.evaluate(
                  "performance.getEntriesByType('resource').map(e => e.name)"
                      + ".filter(name => name !== new URL('events', location).href).join(' ')"))
          .isEmpty();
      Path screenshots = Files.createDirectories(Path.of("target/status-screenshots"));
      browser.colorScheme("light");
      String light = browser.evaluate("getComputedStyle(document.body).backgroundColor");
      browser.screenshot(screenshots.resolve("light.png"));
      browser.colorScheme("dark");
      String dark = browser.evaluate("getComputedStyle(document.body).backgroundColor");
      browser.screenshot(screenshots.resolve("dark.png"));
      assertThat(light).isEqualTo("rgb(251, 251, 250)");
      assertThat(dark).isEqualTo("rgb(22, 22, 24)");
    }
  }

  private void echo(String text) throws Exception {
    assertThat(Socat.exchange(text, "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo(text);
  }

  private String url(String path) {
    return "http://127.0.0.1:" + fdgate.port(3) + path;
  }

  private String get(String header, String path) throws Exception {
    return Curl.get("-H", header, url(path));
  }

  /** The next line that begins so. */
  private static String next(BufferedReader lines, String prefix) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(prefix)) {
        return line;
      }
    }
    throw new IOException("no more lines, and none that begins with " + prefix);
  }
}
