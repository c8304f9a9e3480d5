package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JDK's client, which asks for HTTP/2 with its first request and then stays with it. */
final class Http2ClientTest {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

  @AutoClose private final TestServer server = TestServer.start(Map.of("endpoints", true));

  @BeforeEach
  void switchToHttp2() throws IOException, InterruptedException {
    assertThat(client.send(request("/json").build(), BodyHandlers.ofString()).version())
        .isEqualTo(HttpClient.Version.HTTP_2);
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
  }

  @Test
  void answersManyRequestsAtOnce() {
    for (int round = 0; round < 10; round++) {
      answersAtOnce(90);
    }
  }

  private void answersAtOnce(int requests) {
    CompletableFuture<?>[] answers =
        IntStream.range(0, requests)
            .mapToObj(i ->
                client
                    .sendAsync(request("/bytes/" + 1000 * i).build(), BodyHandlers.ofByteArray())
                    .thenAccept(answer -> {
                      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                      assertThat(answer.body()).hasSize(1000 * i);
                    }))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(answers).join();
  }

  @Test
  void echoesManyLargeBodiesAtOnce() {
    byte[] body = new byte[3_000_000];
    new Random(1).nextBytes(body);
    CompletableFuture<?>[] answers =
        IntStream.range(0, 8)
            .mapToObj(i ->
                client
                    .sendAsync(
                        request("/echo").POST(BodyPublishers.ofByteArray(body)).build(),
                        BodyHandlers.ofByteArray())
                    .thenAccept(answer -> assertThat(answer.body()).isEqualTo(body)))
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(answers).join();
  }

  @Test
  void keepsTheConnectionOverABodyThatNobodyReads() throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            request("/json").POST(BodyPublishers.ofByteArray(new byte[1_000_000])).build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(server.counters.peerFaults()).isZero();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }
}
