package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

final class HttpConnectionTest {
  private static final String HOST = " HTTP/1.1\r\nHost: a\r\n";
  private static final String PLAINTEXT = "GET /plaintext" + HOST + "\r\n";
  private static final String HELLO = "Hello, World!";

  @AutoClose
  private final TestServer server =
      TestServer.start(
          Map.of("endpoints", true, "max_body", 1_000_000L, "max_request_line", 1000L));

  @Test
  void answersPipelinedRequestsInOrderAndThenCloses() {
    try (RawClient client = server.connect()) {
      client
          .send("GET /delay/50" + HOST + "\r\n" + PLAINTEXT + "GET /json" + HOST + "\r\n")
          .shutdownOutput();
      assertThat(bodies(client.readAll()))
          .containsExactly("waited 50 ms\n", HELLO, "{\"message\":\"Hello, World!\"}");
    }
  }

  @Test
  void answersThousandsOfPipelinedRequestsToAClientThatReadsLate() {
    int count = 20_000;
    try (RawClient client = server.connect()) {
      Thread.ofVirtual().start(() -> client.send(PLAINTEXT.repeat(count)).shutdownOutput());
      assertThat(bodies(client.readAll())).hasSize(count).containsOnly(HELLO);
    }
  }

  @Test
  void countsAResetOnceHoweverManyAnswersWait() throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      client.setSoLinger(true, 0);
      client
          .getOutputStream()
          .write(("GET /bytes/100000" + HOST + "\r\n").repeat(500).getBytes(UTF_8));
      Channel connection = server.accepted();
      await().until(() -> !connection.isWritable());
      client.close();
      connection.closeFuture().syncUninterruptibly();
      connection.eventLoop().submit(() -> {}).syncUninterruptibly();
      assertThat(server.counters.peerFaults()).isOne();
    }
  }

  @Test
  void takesARequestByteByByte() {
    try (RawClient client = server.connect()) {
      client.sendByteByByte(
          "\r\nPOST /echo"
              + HOST
              + "Transfer-Encoding: chunked\r\n\r\n5;a=\"b\";c\r\nhello\r\n00\r\nX: y\r\n\r\n");
      String answer = client.readUntil("\r\nX: y\r\n\r\n");
      assertThat(answer).contains("transfer-encoding: chunked").contains("\r\n0\r\nX: y\r\n\r\n");
    }
  }

  @Test
  void tellsAClientToContinueOnlyWhenTheBodyIsWanted() {
    try (RawClient client = server.connect()) {
      client.send("POST /echo" + HOST + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.send("hi");
      assertThat(client.readUntil("\r\n\r\nhi")).startsWith("HTTP/1.1 200 OK\r\n");
      client.send("POST /json" + HOST + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 405 ")
          .contains("connection: close", "allow: GET, HEAD, OPTIONS");
    }
  }

  @Test
  void keepsTheConnectionOverABodyThatNobodyReads() {
    try (RawClient client = server.connect()) {
      client.send("POST /json" + HOST + "Content-Length: 5\r\n\r\nhello" + PLAINTEXT);
      client.shutdownOutput();
      assertThat(client.readAll()).startsWith("HTTP/1.1 405 ").endsWith(HELLO);
    }
  }

  @Test
  void endsTheConnectionWhenAnAnsweredRequestTurnsOutTooLong() {
    String chunk = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
    try (RawClient client = server.connect()) {
      client.send("POST /delay/10000" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
      client.send(chunk.repeat(16));
      assertThat(client.readAll()).startsWith("HTTP/1.1 405 ");
    }
  }

  @Test
  void breaksOffAnAnswerWhoseRequestTurnsOutMalformed() {
    String answer =
        server.exchange(
            "POST /echo" + HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nx\r\n" + PLAINTEXT);
    assertThat(answer).doesNotContain("\r\n0\r\n").doesNotContain(HELLO);
  }

  @Test
  void sendsNoBodyToHead() {
    String answer =
        server.exchange(
            "HEAD /bytes/5" + HOST + "\r\nGET /bytes/5" + HOST + "Connection: close\r\n\r\n");
    assertThat(answer).endsWith("\r\n\r\n01234").containsOnlyOnce("01234");
    assertThat(answer.split("content-length: 5\r\n", -1)).hasSize(3);
  }

  @Test
  void servesHttp10WithAndWithoutKeepAlive() {
    String keptAlive = "GET /json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    assertThat(server.exchange(keptAlive + "GET /plaintext HTTP/1.0\r\n\r\n"))
        .contains("connection: keep-alive")
        .contains("connection: close")
        .endsWith(HELLO);
    assertThat(server.exchange("POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi" + PLAINTEXT))
        .endsWith("\r\n\r\nhi");
  }

  @Test
  void takesAnAbsoluteTarget() {
    assertThat(server.exchange("GET http://b/plaintext?x" + HOST + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n");
  }

  @Test
  void answersNothingBehindAConnectionClose() {
    String answer = server.exchange("GET /json" + HOST + "Connection: close\r\n\r\n" + PLAINTEXT);
    assertThat(answer)
        .contains("connection: close")
        .doesNotContain(HELLO + "\"}Hello")
        .endsWith("}");
  }

  @Test
  void holdsLittleForAClientThatDoesNotRead() throws InterruptedException {
    try (RawClient client = server.connect()) {
      client.send("GET /bytes/10000000000" + HOST + "\r\n");
      Channel channel = server.accepted();
      client.readUntil("\r\n\r\n");
      client.skip(50_000_000);
      assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(1_000_000);
    }
  }

  @Test
  void closesAnIdleConnectionWhenDraining() throws InterruptedException {
    try (RawClient client = server.connect()) {
      client.send(PLAINTEXT).readUntil(HELLO);
      server.drain(server.accepted());
      assertThat(client.readAll()).isEmpty();
    }
  }

  @Test
  void answersARequestThatCrossesTheDrainAsTheLast() throws InterruptedException {
    try (RawClient client = server.connect()) {
      server.drain(server.accepted());
      client.send(PLAINTEXT);
      assertThat(client.readAll()).contains("connection: close").endsWith(HELLO);
    }
  }

  @Test
  void goesOnAfterAnAnswerThatWasBegunBeforeTheDrain() throws InterruptedException {
    try (RawClient client = server.connect()) {
      client.send("POST /echo" + HOST + "Content-Length: 4\r\n\r\nab").readUntil("\r\n\r\nab");
      server.drain(server.accepted());
      client.send("cd").readUntil("cd");
      client.send(PLAINTEXT);
      assertThat(client.readAll()).contains("connection: close").endsWith(HELLO);
    }
  }

  @Test
  void doesNotResetAClientThatSendsAfterTheEnd() throws InterruptedException {
    try (RawClient client = server.connect()) {
      Channel connection = server.accepted();
      server.drain(connection);
      assertThat(client.readAll()).isEmpty();
      client.send(PLAINTEXT).send(PLAINTEXT);
      assertThat(connection.isOpen()).isTrue();
      client.shutdownOutput();
      connection.closeFuture().sync();
    }
  }

  @Test
  void finishesWhatIsInFlightWhenDraining() throws InterruptedException {
    try (RawClient client = server.connect()) {
      client.send("POST /echo" + HOST + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
      client.readUntil("\r\n\r\n");
      server.drain(server.accepted());
      client.send("ab").send("cd" + PLAINTEXT);
      assertThat(client.readAll()).contains("connection: close").endsWith("\r\n\r\nabcd");
    }
  }

  @Test
  void showsWhoIsAsking() {
    assertThat(server.exchange("GET /whoami" + HOST + "Connection: close\r\n\r\n"))
        .contains("peer: 127.0.0.1:", "socket: http\n", "protocol: http (HTTP/1.1)");
  }

  @Test
  void answersWithAnyStatus() {
    for (int status : new int[] {200, 204, 205, 304, 404, 418, 503, 599}) {
      assertThat(server.exchange("GET /status/" + status + HOST + "Connection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 " + status + " ");
    }
    assertThat(server.exchange("GET /status/100" + HOST + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
  }

  /** The bodies of answers that have a Content-Length. */
  private static List<String> bodies(String answers) {
    List<String> bodies = new ArrayList<>();
    int at = 0;
    while (at < answers.length()) {
      int body = answers.indexOf("\r\n\r\n", at) + 4;
      int field = answers.indexOf("content-length: ", at) + 16;
      int length = Integer.parseInt(answers.substring(field, answers.indexOf('\r', field)));
      bodies.add(answers.substring(body, body + length));
      at = body + length;
    }
    return bodies;
  }
}
