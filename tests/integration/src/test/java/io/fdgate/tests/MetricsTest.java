package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics protocol, scraped by curl and judged by promtool. */
final class MetricsTest {
  private static final Path OBSERVABILITY = Distribution.HOME.resolve("conf/observability");
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  @TempDir private static Path folder;
  private static Handover fdgate;

  @BeforeAll
  static void start() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            """
            [sockets.http]
            endpoints = true

            [sockets.carried]
            protocol = "forward"
            upstream = "unix:%s"

            [sockets.lost]
            protocol = "forward"
            upstream = "unix:%s"
            connect_timeout = "10ms"
            """
                .formatted(folder.resolve("echo"), folder.resolve("nobody")));
    fdgate =
        Handover.ready(
            "--env",
            "FDGATE_CONFIG=" + config,
            "--names",
            "echo:echo:echo:http:carried:lost:metrics",
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0",
            "unix:" + folder.resolve("echo"),
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "unix:" + folder.resolve("metrics"));
    exchange();
  }

  @AfterAll
  static void stop() throws IOException {
    fdgate.close();
  }

  /** Something to count on every socket. */
  private static void exchange() throws Exception {
    assertThat(Socat.exchange("hello", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("hello");
    assertThat(Socat.exchange("datagram", "udp4:127.0.0.1:" + fdgate.port(1)))
        .isEqualTo("datagram");
    String http = "http://127.0.0.1:" + fdgate.port(3);
    Curl.get(http + "/plaintext", http + "/status/404", http + "/status/503");
    try (Client carried = Client.connect(fdgate.port(4))) {
      assertThat(carried.send("carried").halfClose().receiveToEnd())
          .isEqualTo("carried".getBytes(UTF_8));
    }
    try (Client lost = Client.connect(fdgate.port(5))) {
      assertThat(lost.receiveToEnd()).isEmpty();
    }
    String tcp = "{kind=\"tcp\",protocol=\"%s\",socket=\"%s\"";
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() ->
            assertThat(scrape(""))
                .contains("fdgate_connections_open" + tcp.formatted("echo", "echo") + "} 0.0")
                .contains("status=\"5xx\"}")
                .contains(
                    "fdgate_forward_connect_seconds_count" + tcp.formatted("forward", "carried"))
                .containsPattern("fdgate_event_loop_lag_seconds_count [1-9]"));
  }

  @Test
  void countsConnectionsAndTheirBytes() throws Exception {
    assertThat(scrape(""))
        .contains("fdgate_connections_total{kind=\"tcp\",protocol=\"echo\",socket=\"echo\"} 1.0")
        .contains("fdgate_received_bytes_total{kind=\"tcp\",protocol=\"echo\",socket=\"echo\"} 5.0")
        .contains("fdgate_sent_bytes_total{kind=\"tcp\",protocol=\"echo\",socket=\"echo\"} 5.0");
  }

  @Test
  void countsDatagramsAndTheirBytes() throws Exception {
    String udp = "{kind=\"udp\",protocol=\"echo\",socket=\"echo\"";
    assertThat(scrape(""))
        .contains("fdgate_datagrams_received_total" + udp + "} 1.0")
        .contains("fdgate_datagrams_sent_total" + udp + "} 1.0")
        .contains("fdgate_received_bytes_total" + udp + "} 8.0")
        .contains("fdgate_sent_bytes_total" + udp + "} 8.0")
        .contains("fdgate_datagrams_dropped_total{kind=\"udp\",protocol=\"echo\",reason=\"loop\"");
  }

  @Test
  void countsRequestsByTheClassOfTheirStatus() throws Exception {
    String http = "{kind=\"tcp\",protocol=\"http\",socket=\"http\"";
    assertThat(scrape(""))
        .contains("fdgate_http_requests_total" + http + ",status=\"2xx\"} 1.0")
        .contains("fdgate_http_requests_total" + http + ",status=\"4xx\"} 1.0")
        .contains("fdgate_http_requests_total" + http + ",status=\"5xx\"} 1.0")
        .contains("fdgate_http_request_seconds_count" + http + "} 3")
        .contains("fdgate_http_request_seconds_bucket" + http + ",le=\"+Inf\"} 3");
  }

  @Test
  void countsWhatIsForwardedAndWhatIsTurnedAway() throws Exception {
    String carried = "{kind=\"tcp\",protocol=\"forward\",socket=\"carried\"";
    assertThat(scrape(""))
        .contains("fdgate_received_bytes_total" + carried + "} 7.0")
        .contains("fdgate_sent_bytes_total" + carried + "} 7.0")
        .contains("fdgate_forward_connect_seconds_count" + carried + "} 1")
        .contains(
            "fdgate_connections_rejected_total{kind=\"tcp\",protocol=\"forward\","
                + "reason=\"no_upstream\",socket=\"lost\"} 1.0");
  }

  @Test
  void tellsTheActivationTimeOfEachSocket() throws Exception {
    assertThat(scrape(""))
        .containsPattern(
            "fdgate_activation_seconds_sum\\{kind=\"tcp\",protocol=\"http\",socket=\"http\"\\} 0*[1-9.]")
        .contains(
            "fdgate_activation_seconds_count{kind=\"tcp\",protocol=\"http\",socket=\"http\"} 1");
  }

  @Test
  void speaksOpenMetricsToWhoeverAsksForIt() throws Exception {
    assertThat(scrape("")).doesNotContain("# EOF");
    assertThat(scrape(OPEN_METRICS)).endsWith("# EOF").contains("# UNIT fdgate_activation_seconds");
    assertThat(
            Curl.get(
                "-H",
                "Accept: " + OPEN_METRICS,
                "-o",
                "/dev/null",
                "-w",
                "%{content_type}",
                "--unix-socket",
                socket(),
                "http://localhost/metrics"))
        .startsWith("application/openmetrics-text");
  }

  @Test
  void isStrictAsHttpIs() throws Exception {
    String code = "%{http_code}";
    assertThat(
            Curl.get(
                "-o", "/dev/null", "-w", code, "--unix-socket", socket(), "http://localhost/other"))
        .isEqualTo("404");
    assertThat(
            Curl.get(
                "-o",
                "/dev/null",
                "-w",
                code,
                "-d",
                "",
                "--unix-socket",
                socket(),
                "http://localhost/metrics"))
        .isEqualTo("405");
    assertThat(
            Curl.get(
                "--http2-prior-knowledge", "--unix-socket", socket(), "http://localhost/metrics"))
        .containsPattern(
            "fdgate_build_info\\{java=\"\\d[^\"]*\",netty=\"4\\.[^\"]+\",version=\"\\d[^\"]+\"");
  }

  @Test
  void promtoolFindsNothingToSayAboutTheText() throws Exception {
    Path text = Files.writeString(folder.resolve("scrape"), scrape("") + "\n");
    Distribution.Ended check =
        Distribution.run(
            new ProcessBuilder("promtool", "check", "metrics").redirectInput(text.toFile()));
    assertThat(check.out() + check.err()).isEmpty();
    assertThat(check.status()).isZero();
  }

  @Test
  void promtoolTakesTheAlertRules() throws Exception {
    Distribution.Ended check =
        Distribution.run(
            new ProcessBuilder(
                "promtool", "check", "rules", OBSERVABILITY.resolve("alerts.yml").toString()));
    assertThat(check.status()).as(check.out() + check.err()).isZero();
    assertThat(check.out()).contains("SUCCESS: 6 rules found");
  }

  @Test
  void rulesAndDashboardAskForWhatThereIs() throws Exception {
    String scrape = scrape("");
    Set<String> asked = new TreeSet<>();
    for (String file : List.of("alerts.yml", "grafana-dashboard.json")) {
      Matcher names =
          Pattern.compile("\\b(fdgate|jvm|process)_[a-z_]+")
              .matcher(Files.readString(OBSERVABILITY.resolve(file)));
      while (names.find()) {
        asked.add(names.group());
      }
    }
    assertThat(asked).hasSizeGreaterThan(15);
    assertThat(asked)
        .allSatisfy(name -> assertThat(scrape).containsPattern("(?m)^" + name + "[{ ]"));
  }

  @Test
  void dashboardIsJson() throws Exception {
    Distribution.Ended parsed =
        Distribution.run(
            new ProcessBuilder(
                "python3",
                "-m",
                "json.tool",
                OBSERVABILITY.resolve("grafana-dashboard.json").toString()));
    assertThat(parsed.status()).as(parsed.err()).isZero();
  }

  private static String socket() {
    return folder.resolve("metrics").toString();
  }

  private static String scrape(String accept) throws IOException, InterruptedException {
    return Curl.get(
        "-H", "Accept: " + accept, "--unix-socket", socket(), "http://localhost/metrics");
  }
}
