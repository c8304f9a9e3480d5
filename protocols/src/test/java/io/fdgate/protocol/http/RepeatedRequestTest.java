package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A head that comes again is not decoded again, and an answer that is the same not encoded. */
final class RepeatedRequestTest {
  private static final String HOST = " HTTP/1.1\r\nHost: a\r\n";
  private static final String PLAINTEXT = "GET /plaintext" + HOST + "\r\n";
  private static final String HELLO = "Hello, World!";

  @AutoClose private final TestServer server = TestServer.start(Map.of("endpoints", true));

  @Test
  void tellsHeadsApartThatDifferInOneByte() {
    try (RawClient client = server.connect();
        RawClient other = server.connect()) {
      for (String value : new String[] {"1", "1", "2", "1", "11", "1"}) {
        for (RawClient each : new RawClient[] {client, other}) {
          each.send("GET /headers" + HOST + "X: " + value + "\r\n\r\n");
          assertThat(each.readUntil("X: " + value + "\n")).contains("GET /headers HTTP/1.1\n");
        }
      }
    }
  }

  @Test
  void takesTheSameHeadInPiecesAndBesideOthers() {
    try (RawClient client = server.connect()) {
      client.send(PLAINTEXT).readUntil(HELLO);
      client.sendByteByByte(PLAINTEXT).readUntil(HELLO);
      client.send("\r\n" + PLAINTEXT + PLAINTEXT + "GET /js").readUntil(HELLO);
      client.readUntil(HELLO);
      client.send("on" + HOST + "\r\n" + PLAINTEXT).shutdownOutput();
      assertThat(client.readAll()).contains("\"}HTTP/1.1 200 OK\r\n").endsWith(HELLO);
    }
  }

  @Test
  void readsTheBodyBehindTheSameHead() {
    String head = "POST /echo" + HOST + "Content-Length: 3\r\n\r\n";
    try (RawClient client = server.connect()) {
      for (String body : new String[] {"one", "two", "GET"}) {
        client.send(head + body).readUntil("\r\n\r\n" + body);
      }
    }
  }

  @Test
  void refusesThePrefaceOfHttp2BehindARepeatedHead() {
    server.exchange(PLAINTEXT + "x");
    assertThat(server.exchange(PLAINTEXT + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
        .contains(HELLO + "HTTP/1.1 505 ");
  }

  @Test
  void endsTheConnectionOfARepeatedHeadThatAsksForIt() {
    String last = "GET /plaintext" + HOST + "Connection: close\r\n\r\n";
    for (int i = 0; i < 3; i++) {
      assertThat(server.exchange(last)).contains("connection: close\r\n").endsWith(HELLO);
    }
  }

  @Test
  void sendsTheSameFieldsWhetherTheAnswerWasEncodedBeforeOrNot() {
    try (RawClient client = server.connect()) {
      for (String path : new String[] {"/plaintext", "/json"}) {
        await() // a second may end between the two
            .untilAsserted(() -> {
              client.send("HEAD " + path + HOST + "\r\n");
              String head = client.readUntil("\r\n\r\n");
              client.send("GET " + path + HOST + "\r\n");
              assertThat(client.readUntil("\r\n\r\n")).isEqualTo(head);
              client.skip(path.equals("/json") ? 27 : HELLO.length());
            });
      }
    }
  }

  @Test
  void encodesTheAnswerAnewForEachSecond() {
    try (RawClient client = server.connect()) {
      String first = client.send(PLAINTEXT).readUntil(HELLO);
      assertThat(first).contains("\r\ndate: ");
      await()
          .untilAsserted(
              () -> assertThat(client.send(PLAINTEXT).readUntil(HELLO)).isNotEqualTo(first));
    }
  }
}
