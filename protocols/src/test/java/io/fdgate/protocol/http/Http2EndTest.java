package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2Error;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How streams and connections of HTTP/2 end: drained, idle, or left by the client. */
final class Http2EndTest {
  @AutoClose
  private final TestServer server =
      TestServer.start(Map.of("endpoints", true, "idle_timeout", Duration.ofSeconds(1)));

  @Test
  void finishesWhatIsInFlightWhenDraining() throws InterruptedException {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo").send(FrameClient.DATA, 0, 1, "ab");
      assertThat(client.awaitStatus(1)).isEqualTo("200");
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
    String preface = FrameClient.opening();
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
      assertThat(client.awaitStatus(3)).isEqualTo("408");
      assertThat(client.awaitStatus(1)).isEqualTo("200");
    }
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/bytes/1000000");
      assertThat(client.awaitReset(1)).isEqualTo(Http2Error.CANCEL);
    }
  }

  @Test
  void answersAClientThatHasShutItsOutput() {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/delay/50").get(3, "/json").post(5, "/echo").raw().shutdownOutput();
      assertThat(client.awaitStatus(3)).isEqualTo("200");
      assertThat(client.awaitStatus(1)).isEqualTo("200");
      assertThat(client.awaitBody(1)).isEqualTo("waited 50 ms\n");
      assertThat(client.next()).isEmpty();
    }
  }
}
