package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that are not served, and that the next one on their connection is. */
final class Http2RequestTest {
  @AutoClose
  private final TestServer server =
      TestServer.start(
          Map.of(
              "endpoints", true,
              "max_body", 1000L,
              "max_request_line", 100L,
              "max_headers", 1000L));

  /** Fields that RFC 9113 calls malformed (section 8.1.1). */
  static List<List<String>> malformed() {
    List<String> good =
        List.of(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/json");
    List<List<String>> cases = new ArrayList<>();
    for (int i = 0; i < good.size(); i += 2) {
      String name = good.get(i);
      if (!name.equals(":authority")) {
        List<String> missing = new ArrayList<>(good);
        missing.subList(i, i + 2).clear();
        cases.add(missing);
      }
      List<String> twice = new ArrayList<>(good);
      twice.addAll(good.subList(i, i + 2));
      cases.add(twice);
    }
    for (List<String> more :
        List.of(
            List.of("X-Upper", "a"),
            List.of("a b", "c"),
            List.of("", "a"),
            List.of("a", "b\nc"),
            List.of("a", "\0"),
            List.of("a", " b"),
            List.of(":status", "200"),
            List.of(":protocol", "websocket"),
            List.of(":unknown", "a"),
            List.of("connection", "close"),
            List.of("keep-alive", "1"),
            List.of("proxy-connection", "close"),
            List.of("transfer-encoding", "chunked"),
            List.of("upgrade", "h2c"),
            List.of("te", "gzip"),
            List.of("host", "b"),
            List.of("content-length", "1"),
            List.of("content-length", "x"),
            List.of("content-length", "0", "content-length", "1"),
            List.of("a", "b", ":path", "/"))) {
      List<String> malformed = new ArrayList<>(good);
      malformed.addAll(more);
      cases.add(malformed);
    }
    for (String path : List.of("", "json", "*", "/a b", "http://a/", "/\u00e4", "/\u007f")) {
      List<String> malformed = new ArrayList<>(good);
      malformed.set(7, path);
      cases.add(malformed);
    }
    List<String> method = new ArrayList<>(good);
    method.set(1, "GE T");
    cases.add(method);
    return cases;
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void resetsAStreamWhoseRequestIsMalformed(List<String> fields) {
    try (FrameClient client = FrameClient.to(server)) {
      client.sendLast(1, FrameClient.fields(fields.toArray(String[]::new)));
      assertThat(client.awaitReset(1)).isEqualTo(Http2Error.PROTOCOL_ERROR);
      client.get(3, "/json");
      assertThat(client.awaitStatus(3)).isEqualTo("200");
    }
    assertThat(server.counters.peerFaults()).isEqualTo(1);
  }

  @Test
  void answersWhatItDoesNotServe() {
    assertAnswer("400", "GET", "/a|b");
    assertAnswer("404", "GET", "/missing");
    assertAnswer("405", "DELETE", "/json");
    assertAnswer("413", "POST", "/echo", "content-length", "1001");
    assertAnswer("414", "GET", "/" + "a".repeat(100));
    assertAnswer("417", "POST", "/echo", "expect", "a miracle");
    assertAnswer("426", "GET", "/ws");
    assertAnswer("501", "BREW", "/json");
  }

  @Test
  void answersFieldsThatAreTooLarge() {
    String[] large = {"a", "b".repeat(120), "c", "d".repeat(120), "e", "f".repeat(120)};
    assertAnswer("200", "GET", "/json", large);
    try (FrameClient client = FrameClient.to(server)) {
      client.sendLast(
          1,
          FrameClient.request("GET", "/json")
              + FrameClient.fields(large)
              + FrameClient.fields(large));
      assertThat(client.awaitStatus(1)).isEqualTo("431");
    }
    assertThat(server.counters.peerFaults()).isEqualTo(1);
  }

  @Test
  void refusesConnect() {
    try (FrameClient client = FrameClient.to(server)) {
      client.sendLast(1, FrameClient.fields(":method", "CONNECT", ":authority", "a:80"));
      assertThat(client.awaitStatus(1)).isEqualTo("501");
    }
  }

  @Test
  void asksForNoMoreOfABodyThatTurnsOutTooLong() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/json").send(FrameClient.DATA, 0, 1, "a".repeat(1000));
      assertThat(client.awaitStatus(1)).isEqualTo("405");
      client.send(FrameClient.DATA, 0, 1, "a");
      assertThat(client.awaitReset(1)).isEqualTo(Http2Error.NO_ERROR);
      // What was under way is ignored.
      client.send(FrameClient.DATA, 0, 1, "a").get(3, "/json");
      assertThat(client.awaitStatus(3)).isEqualTo("200");
    }
  }

  @Test
  void holdsTheResetBackBehindAnAnswerToABodyThatStillComes() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo", "content-length", "1001");
      assertThat(client.awaitStatus(1)).isEqualTo("413");
      client.awaitBody(1);
      long answered = System.nanoTime();
      client.send(FrameClient.DATA, 0, 1, "a").send(FrameClient.PING, 0, 0, "12345678");
      assertThat(resetsUpToPing(client)).isEmpty();
      assertThat(client.awaitReset(1)).isEqualTo(Http2Error.NO_ERROR);
      assertThat(Duration.ofNanos(System.nanoTime() - answered))
          .isBetween(Duration.ofMillis(Linger.MILLIS / 2), Duration.ofMillis(Linger.MILLIS * 3));
    }
  }

  @Test
  void takesOnlySoMuchOfABodyBehindItsAnswer() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo", "content-length", "100000000");
      assertThat(client.awaitStatus(1)).isEqualTo("413");
      client.awaitBody(1);
      String part = "a".repeat(16_384);
      long sent = 0;
      // The answer to each PING says that the credit for what came before it has been given back.
      do {
        client.send(FrameClient.DATA, 0, 1, part).send(FrameClient.PING, 0, 0, "12345678");
        sent += part.length();
      } while (resetsUpToPing(client).isEmpty());
      assertThat(sent).isEqualTo(Linger.STREAM_BYTES);
      assertThat(client.get(3, "/json").awaitBody(3)).contains("Hello");
    }
  }

  @Test
  void resetsNothingWhenTheBodyEndsBehindItsAnswer() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo", "content-length", "1001");
      assertThat(client.awaitStatus(1)).isEqualTo("413");
      client.awaitBody(1);
      client
          .send(FrameClient.DATA, FrameClient.END_STREAM, 1, "a".repeat(1001))
          .send(FrameClient.PING, 0, 0, "12345678");
      assertThat(resetsUpToPing(client)).isEmpty();
    }
  }

  /** The resets that come before the answer to a PING. */
  private static List<FrameClient.Frame> resetsUpToPing(FrameClient client) {
    List<FrameClient.Frame> resets = new ArrayList<>();
    FrameClient.Frame frame = client.next().orElseThrow();
    while (frame.type() != FrameClient.PING) {
      if (frame.type() == FrameClient.RST_STREAM) {
        resets.add(frame);
      }
      frame = client.next().orElseThrow();
    }
    return resets;
  }

  @Test
  void resetsAStreamWhoseBodyIsNotAsLongAsAnnounced() {
    try (FrameClient client = FrameClient.to(server)) {
      client
          .post(1, "/echo", "content-length", "3")
          .send(FrameClient.DATA, FrameClient.END_STREAM, 1, "ab");
      assertThat(client.awaitReset(1)).isEqualTo(Http2Error.PROTOCOL_ERROR);
    }
  }

  private void assertAnswer(String status, String method, String path, String... more) {
    try (FrameClient client = FrameClient.to(server)) {
      client.send(
          FrameClient.HEADERS,
          FrameClient.END_HEADERS | (method.equals("POST") ? 0 : FrameClient.END_STREAM),
          1,
          FrameClient.request(method, path) + FrameClient.fields(more));
      Http2Headers answer = client.awaitHeaders(1);
      assertThat(answer.status()).hasToString(status);
      assertThat(answer.contains("connection")).isFalse();
      assertThat(answer.contains("upgrade")).isFalse();
      client.awaitBody(1);
    }
  }
}
