package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What costs a client less than us. */
final class Http2FloodTest {
  @AutoClose private final TestServer server = TestServer.start(Map.of("endpoints", true));

  @Test
  void endsAConnectionThatResetsItsStreamsAtOnce() {
    StringBuilder flood = new StringBuilder();
    for (int i = 0; i <= FrameCodecBuilder.MAX_RESETS; i++) {
      int stream = 2 * i + 1;
      flood
          .append(FrameClient.lastFrame(stream, FrameClient.request("GET", "/delay/20000")))
          .append(
              FrameClient.frame(
                  FrameClient.RST_STREAM,
                  0,
                  stream,
                  FrameClient.number((int) Http2Error.CANCEL.code())));
    }
    assertCalmed(flood.toString());
  }

  @Test
  void endsAConnectionThatMakesUsResetItsStreams() {
    StringBuilder flood = new StringBuilder();
    for (int i = 0; i <= FrameCodecBuilder.MAX_RESETS; i++) {
      int stream = 2 * i + 1;
      flood
          .append(
              FrameClient.frame(
                  FrameClient.HEADERS,
                  FrameClient.END_HEADERS,
                  stream,
                  FrameClient.request("POST", "/echo")))
          .append(FrameClient.frame(FrameClient.WINDOW_UPDATE, 0, stream, FrameClient.number(0)));
    }
    assertCalmed(flood.toString());
  }

  @Test
  void endsAConnectionOfSmallContinuations() {
    String one = FrameClient.fields("a", "b");
    StringBuilder flood = new StringBuilder();
    flood.append(FrameClient.frame(FrameClient.HEADERS, 0, 1, FrameClient.request("GET", "/json")));
    for (int i = 0; i <= FrameCodecBuilder.MAX_SMALL_CONTINUATIONS; i++) {
      flood.append(FrameClient.frame(FrameClient.CONTINUATION, 0, 1, one));
    }
    assertCalmed(flood.toString());
  }

  @Test
  void endsAConnectionWhoseFieldsNeverEnd() {
    String large = FrameClient.fields("a", "b".repeat(120)).repeat(120);
    StringBuilder flood = new StringBuilder();
    flood.append(FrameClient.frame(FrameClient.HEADERS, 0, 1, FrameClient.request("GET", "/json")));
    for (int i = 0; i < 4; i++) {
      flood.append(FrameClient.frame(FrameClient.CONTINUATION, 0, 1, large));
    }
    assertEnded(flood.toString(), Http2Error.PROTOCOL_ERROR);
  }

  @Test
  void endsAConnectionOfEmptyData() {
    assertCalmed(
        FrameClient.frame(
                FrameClient.HEADERS,
                FrameClient.END_HEADERS,
                1,
                FrameClient.request("POST", "/echo"))
            + FrameClient.frame(FrameClient.DATA, 0, 1, "")
                .repeat(FrameCodecBuilder.MAX_EMPTY_DATA + 1));
  }

  @Test
  void endsAConnectionOfPings() {
    assertCalmed(
        FrameClient.frame(FrameClient.PING, 0, 0, "12345678").repeat(StrictDecoder.MAX_FRAMES));
  }

  @Test
  void endsAConnectionOfSettings() {
    assertCalmed(
        FrameClient.frame(FrameClient.SETTINGS, 0, 0, "").repeat(StrictDecoder.MAX_FRAMES));
  }

  @Test
  void endsAConnectionOfPriorities() {
    assertCalmed(
        FrameClient.frame(FrameClient.PRIORITY, 0, 3, FrameClient.number(0) + "\1")
            .repeat(StrictDecoder.MAX_FRAMES));
  }

  @Test
  void refusesStreamsBeyondTheLimit() {
    try (FrameClient client = FrameClient.to(server)) {
      for (int i = 0; i <= FrameCodecBuilder.MAX_STREAMS; i++) {
        client.post(2 * i + 1, "/echo");
      }
      FrameClient.Frame reset =
          client.await(FrameClient.RST_STREAM, 2 * FrameCodecBuilder.MAX_STREAMS + 1);
      assertThat(reset.number(0)).isEqualTo((int) Http2Error.REFUSED_STREAM.code());
      client.send(FrameClient.DATA, FrameClient.END_STREAM, 1, "hi");
      assertThat(client.awaitStatus(1)).isEqualTo("200");
      assertThat(client.awaitBody(1)).isEqualTo("hi");
    }
  }

  private void assertCalmed(String flood) {
    assertEnded(flood, Http2Error.ENHANCE_YOUR_CALM);
  }

  /** Sends something and expects the end of the connection, and that it was counted. */
  private void assertEnded(String flood, Http2Error error) {
    try (FrameClient client = FrameClient.to(server)) {
      client.send(flood);
      Optional<FrameClient.Frame> frame = client.next();
      while (frame.isPresent() && frame.get().type() != FrameClient.GOAWAY) {
        frame = client.next();
      }
      assertThat(frame).isPresent();
      assertThat(frame.get().number(4)).isEqualTo((int) error.code());
      try {
        assertThat(client.raw().readAll()).isEmpty();
      } catch (UncheckedIOException reset) {
        assertThat(reset).hasMessageContaining("reset");
      }
    }
    assertThat(server.counters.peerFaults()).isPositive();
  }
}
