package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the streams of HTTP/2 carry, and how much of it. */
final class Http2SessionTest {
  private final Path root;

  @AutoClose private final TestServer server;

  Http2SessionTest(@TempDir Path root) {
    this.root = root;
    server = TestServer.start(Map.of("endpoints", true, "root", Optional.of(root.toString())));
  }

  @Test
  void echoesTrailersAndCrumbsOfCookies() {
    try (FrameClient client = FrameClient.to(server)) {
      client
          .post(1, "/echo")
          .send(FrameClient.DATA, 0, 1, "hi")
          .sendLast(1, FrameClient.fields("x", "y"));
      assertThat(client.awaitStatus(1)).isEqualTo("200");
      assertThat(client.await(FrameClient.DATA, 1).payload()).isEqualTo("hi");
      assertThat(client.awaitHeaders(1).get("x")).hasToString("y");
      client.get(3, "/headers", "cookie", "a=1", "cookie", "b=2");
      assertThat(client.awaitBody(3)).contains("cookie: a=1; b=2\n").contains("host: a\n");
    }
  }

  @Test
  void tellsAClientToContinueOnlyWhenTheBodyIsWanted() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo", "expect", "100-continue");
      assertThat(client.awaitStatus(1)).isEqualTo("100");
      client.send(FrameClient.DATA, FrameClient.END_STREAM, 1, "hi");
      assertThat(client.awaitStatus(1)).isEqualTo("200");
      client.post(3, "/json", "expect", "100-continue");
      assertThat(client.awaitStatus(3)).isEqualTo("405");
      assertThat(client.awaitReset(3)).isEqualTo(Http2Error.NO_ERROR);
    }
  }

  @Test
  void sendsNoBodyToHeadNorWithStatusesThatHaveNone() {
    try (FrameClient client = FrameClient.to(server)) {
      client.sendLast(1, FrameClient.request("HEAD", "/bytes/5"));
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
      client.get(3, "/a.txt", "range", "bytes=-3");
      assertThat(client.awaitStatus(3)).isEqualTo("206");
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
      assertThat(client.awaitStatus(1)).isEqualTo("200");
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
      assertThat(client.awaitStatus(3)).isEqualTo("200");
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
