package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class Http2SessionTest {
  private static final String UPGRADE =
      " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n";

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path root;

  @SuppressWarnings("NullAway.Init")
  private TestServer server;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            Map.of(
                "endpoints", true,
                "root", Optional.of(root.toString()),
                "idle_timeout", Duration.ofSeconds(1)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void takesThePrefaceAndARequestByteByByte() {
    try (FrameClient client = FrameClient.over(server.connect())) {
      client
          .raw()
          .sendByteByByte(
              FrameClient.PREFACE
                  + FrameClient.frame(FrameClient.SETTINGS, 0, 0, "")
                  + FrameClient.frame(
                      FrameClient.HEADERS,
                      FrameClient.END_HEADERS | FrameClient.END_STREAM,
                      1,
                      FrameClient.request("GET", "/json")));
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      assertThat(client.awaitBody(1)).isEqualTo("{\"message\":\"Hello, World!\"}");
    }
  }

  @Test
  void goesOnInHttp2AfterAnUpgrade() {
    try (FrameClient client = FrameClient.over(server.connect())) {
      client.send("GET /whoami" + UPGRADE + "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");
      assertThat(client.raw().readUntil("\r\n\r\n"))
          .isEqualTo(
              "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n");
      client.send(FrameClient.PREFACE + FrameClient.frame(FrameClient.SETTINGS, 0, 0, ""));
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      assertThat(client.awaitBody(1)).contains("protocol: http (HTTP/2.0)");
      client.get(3, "/json");
      assertThat(client.awaitHeaders(3).status()).hasToString("200");
    }
  }

  @Test
  void staysWithHttp1WhenTheUpgradeIsNotInProperForm() {
    String settings = "HTTP2-Settings: AAMAAABk\r\n";
    for (String fields :
        new String[] {
          "\r\n", // none
          "HTTP2-Settings: ?\r\n\r\n",
          "HTTP2-Settings: AAMA\r\n\r\n",
          "HTTP2-Settings: AAIAAAAC\r\n\r\n", // ENABLE_PUSH is 2
          settings + settings + "\r\n",
          settings + "Content-Length: 2\r\n\r\nhi"
        }) {
      try (RawClient client = server.connect()) {
        client.send("POST /echo" + UPGRADE + fields).shutdownOutput();
        assertThat(client.readAll()).startsWith("HTTP/1.1 200 OK\r\n");
      }
    }
  }

  @Test
  void answersWhatIsPipelinedBehindAnUpgradeInHttp1() {
    try (RawClient client = server.connect()) {
      client.send("GET /json" + UPGRADE + "HTTP2-Settings: AAMAAABk\r\n\r\n").send("");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    }
    String settings = "HTTP2-Settings: AAMAAABk\r\n\r\n";
    assertThat(
            server.exchange(
                "GET /json"
                    + UPGRADE
                    + settings
                    + "GET /plaintext HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .endsWith("Hello, World!");
  }

  @Test
  void echoesTrailersAndCrumbsOfCookies() {
    try (FrameClient client = FrameClient.to(server)) {
      client
          .post(1, "/echo")
          .send(FrameClient.DATA, 0, 1, "hi")
          .send(
              FrameClient.HEADERS,
              FrameClient.END_HEADERS | FrameClient.END_STREAM,
              1,
              FrameClient.fields("x", "y"));
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      assertThat(client.await(FrameClient.DATA, 1).payload()).isEqualTo("hi");
      assertThat(client.awaitHeaders(1).get("x")).hasToString("y");
      client.send(
          FrameClient.HEADERS,
          FrameClient.END_HEADERS | FrameClient.END_STREAM,
          3,
          FrameClient.request("GET", "/headers")
              + FrameClient.fields("cookie", "a=1", "cookie", "b=2"));
      assertThat(client.awaitBody(3)).contains("cookie: a=1; b=2\n").contains("host: a\n");
    }
  }

  @Test
  void tellsAClientToContinueOnlyWhenTheBodyIsWanted() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo", "expect", "100-continue");
      assertThat(client.awaitHeaders(1).status()).hasToString("100");
      client.send(FrameClient.DATA, FrameClient.END_STREAM, 1, "hi");
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      client.post(3, "/json", "expect", "100-continue");
      assertThat(client.awaitHeaders(3).status()).hasToString("405");
      assertThat(client.await(FrameClient.RST_STREAM, 3).number(0))
          .isEqualTo((int) Http2Error.NO_ERROR.code());
    }
  }

  @Test
  void sendsNoBodyToHeadNorWithStatusesThatHaveNone() {
    try (FrameClient client = FrameClient.to(server)) {
      client.send(
          FrameClient.HEADERS,
          FrameClient.END_HEADERS | FrameClient.END_STREAM,
          1,
          FrameClient.request("HEAD", "/bytes/5"));
      FrameClient.Frame answer = client.await(FrameClient.HEADERS, 1);
      assertThat(answer.flags() & FrameClient.END_STREAM).isPositive();
      client.get(3, "/status/204").get(5, "/status/304");
      assertThat(client.await(FrameClient.HEADERS, 3).flags() & FrameClient.END_STREAM)
          .isPositive();
      assertThat(client.await(FrameClient.HEADERS, 5).flags() & FrameClient.END_STREAM)
          .isPositive();
    }
  }

  @Test
  void servesFilesAndPartsOfThem() throws IOException {
    String content = "0123456789".repeat(10_000);
    Files.writeString(root.resolve("a.txt"), content);
    Files.createFile(root.resolve("empty"));
    try (FrameClient client = FrameClient.to(server)) {
      client
          .send(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(1_000_000))
          .send(FrameClient.frame(FrameClient.SETTINGS, 0, 0, "\0\4" + FrameClient.number(1 << 20)))
          .get(1, "/a.txt");
      Http2Headers answer = client.awaitHeaders(1);
      assertThat(answer.get("content-length")).hasToString("100000");
      assertThat(answer.get("content-type").toString()).startsWith("text/plain");
      assertThat(client.awaitBody(1)).isEqualTo(content);
      client.send(
          FrameClient.HEADERS,
          FrameClient.END_HEADERS | FrameClient.END_STREAM,
          3,
          FrameClient.request("GET", "/a.txt") + FrameClient.fields("range", "bytes=-3"));
      assertThat(client.awaitHeaders(3).status()).hasToString("206");
      assertThat(client.awaitBody(3)).isEqualTo("789");
      client.get(5, "/empty");
      assertThat(client.await(FrameClient.HEADERS, 5).flags() & FrameClient.END_STREAM)
          .isPositive();
    }
  }

  @Test
  void resetsAStreamWhoseFileHasBecomeShorter() throws IOException {
    Path file = root.resolve("shrinking");
    Files.write(file, new byte[1_000_000]);
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/shrinking");
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      int received = 0;
      while (received < 65_535) {
        received += client.await(FrameClient.DATA, 1).payload().length();
      }
      Files.write(file, new byte[0]);
      client
          .send(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(1_000_000))
          .send(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.number(1_000_000));
      client.await(FrameClient.RST_STREAM, 1);
      client.get(3, "/json");
      assertThat(client.awaitHeaders(3).status()).hasToString("200");
    }
  }

  @Test
  void sendsNoMoreThanTheWindowsAllow() throws InterruptedException {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/bytes/10000000");
      Channel connection = server.accepted();
      long received = 0;
      while (received < 65_535) {
        received += client.await(FrameClient.DATA, 1).payload().length();
      }
      assertThat(received).isEqualTo(65_535);
      assertThat(connection.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(100_000);
      client
          .send(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.number(10))
          .send(FrameClient.WINDOW_UPDATE, 0, 0, FrameClient.number(10));
      StringBuilder more = new StringBuilder();
      while (more.length() < 10) {
        more.append(client.await(FrameClient.DATA, 1).payload());
      }
      client.send(FrameClient.PING, 0, 0, "12345678");
      assertThat(client.next().map(FrameClient.Frame::type)).hasValue(FrameClient.PING);
      assertThat(more).hasSize(10);
    }
  }

  @Test
  void takesNoMoreOfABodyThanItsRouteDoes() {
    try (FrameClient client = FrameClient.to(server)) {
      // No window for the answer: the route stops to read.
      client.send(FrameClient.SETTINGS, 0, 0, "\0\4" + FrameClient.number(0)).post(1, "/echo");
      String part = "a".repeat(16_384);
      int window = 256 * 1024;
      for (int sent = 0; sent < window; sent += part.length()) {
        client.send(FrameClient.DATA, 0, 1, part);
      }
      client.send(FrameClient.PING, 0, 0, "12345678");
      int returned = 0;
      FrameClient.Frame frame = client.next().orElseThrow();
      while (frame.type() != FrameClient.PING) {
        if (frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == 1) {
          returned += frame.number(0);
        }
        frame = client.next().orElseThrow();
      }
      assertThat(returned).isLessThan(window / 2 + 65_536);
    }
  }

  @Test
  void finishesWhatIsInFlightWhenDraining() throws InterruptedException {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo").send(FrameClient.DATA, 0, 1, "ab");
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      server.drain(server.accepted());
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isEqualTo(Integer.MAX_VALUE);
      FrameClient.Frame ping = client.await(FrameClient.PING, 0);
      assertThat(client.get(3, "/json").awaitBody(3)).contains("Hello");
      client.send(FrameClient.PING, FrameClient.ACK, 0, ping.payload());
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isEqualTo(3);
      client.get(5, "/json").send(FrameClient.DATA, FrameClient.END_STREAM, 1, "cd");
      assertThat(client.awaitBody(1)).endsWith("cd");
      assertThat(client.next()).isEmpty();
    }
  }

  @Test
  void endsAConnectionWhosePrefaceComesWhileDraining() throws InterruptedException {
    String preface = FrameClient.PREFACE + FrameClient.frame(FrameClient.SETTINGS, 0, 0, "");
    try (FrameClient client = FrameClient.over(server.connect())) {
      client.send(preface.substring(0, 5));
      Channel connection = server.accepted();
      awaitHead(connection);
      server.drain(connection);
      client.send(preface.substring(5));
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isZero();
      assertThat(client.next()).isEmpty();
    }
  }

  @Test
  void closesAnIdleConnectionWhenDraining() throws InterruptedException {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/json").awaitBody(1);
      server.drain(server.accepted());
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.await(FrameClient.GOAWAY, 0).number(0)).isEqualTo(1);
      assertThat(client.next()).isEmpty();
    }
  }

  @Test
  void closesAConnectionWithoutStreamsInSpiteOfPings() {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/json").awaitBody(1);
      client.send(FrameClient.PING, 0, 0, "12345678");
      assertThat(client.await(FrameClient.GOAWAY, 0).number(4)).isZero();
      assertThat(client.next()).isEmpty();
    }
  }

  @Test
  void endsStreamsThatStandStillButNotThoseThatWaitForUs() {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/delay/2500").post(3, "/echo").get(5, "/bytes/1000000");
      assertThat(client.awaitHeaders(3).status()).hasToString("408");
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
    }
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/bytes/1000000");
      assertThat(client.await(FrameClient.RST_STREAM, 1).number(0))
          .isEqualTo((int) Http2Error.CANCEL.code());
    }
  }

  @Test
  void answersAClientThatHasShutItsOutput() {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/delay/50").get(3, "/json").post(5, "/echo").raw().shutdownOutput();
      assertThat(client.awaitHeaders(3).status()).hasToString("200");
      assertThat(client.awaitHeaders(1).status()).hasToString("200");
      assertThat(client.awaitBody(1)).isEqualTo("waited 50 ms\n");
      assertThat(client.next()).isEmpty();
    }
  }

  /** As with {@code Accept=yes}: the connection has no listening channel as its parent. */
  @Test
  void answersTheFirstStreamOfAConnectionThatWasAcceptedElsewhere() throws SettingException {
    EmbeddedChannel channel = new EmbeddedChannel();
    new HttpProtocol()
        .connections(TestServer.context(new Counters(), new Settings(Map.of("endpoints", true))))
        .initialize(channel);
    String request =
        FrameClient.PREFACE
            + FrameClient.frame(FrameClient.SETTINGS, 0, 0, "")
            + FrameClient.frame(
                FrameClient.HEADERS,
                FrameClient.END_HEADERS | FrameClient.END_STREAM,
                1,
                FrameClient.request("GET", "/json"));
    channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
    StringBuilder answer = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      answer.append(part.toString(ISO_8859_1));
      part.release();
    }
    assertThat(answer).contains("{\"message\":\"Hello, World!\"}");
    channel.finishAndReleaseAll();
  }

  /** Waits until the server has read the beginning of a head. */
  private static void awaitHead(Channel connection) {
    boolean begun = false;
    while (!begun) {
      begun =
          connection
              .eventLoop()
              .submit(() -> connection.pipeline().get(RequestDecoder.class).isWithinHead())
              .syncUninterruptibly()
              .getNow();
    }
  }

  @Test
  void notesRequestsInTheAccessLog() {
    Logger access = (Logger) LoggerFactory.getLogger(AccessLog.LOGGER);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    access.addAppender(lines);
    access.setLevel(Level.INFO);
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/json").awaitBody(1);
    } finally {
      access.detachAppender(lines);
      access.setLevel(null);
    }
    assertThat(lines.list)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .endsWith("] \"GET /json HTTP/2.0\" 200 27 \"-\" \"-\"");
  }
}
