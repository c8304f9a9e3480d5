package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are never idle and do not get on either. */
final class SlowPeerTest {
  private static final long MUCH = 100_000_000;

  private final Path root;

  @AutoClose private final TestServer server;

  SlowPeerTest(@TempDir Path root) {
    this.root = root;
    server =
        TestServer.start(
            Map.of(
                "endpoints", true,
                "root", Optional.of(root.toString()),
                "body_timeout", Duration.ofSeconds(1)));
  }

  @Test
  void readerOfDripsIsCutOff() {
    assertReaderOfDripsIsCutOff("/bytes/" + MUCH);
  }

  @Test
  void readerOfDripsOfAFileIsCutOff() throws Exception {
    try (var file = new RandomAccessFile(root.resolve("much").toFile(), "rw")) {
      file.setLength(MUCH);
    }
    assertReaderOfDripsIsCutOff("/much");
  }

  private void assertReaderOfDripsIsCutOff(String path) {
    try (RawClient client = server.connect()) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
      untilItIsAFault(() -> client.skip(100));
      assertThat(readOn(client)).isLessThan(MUCH / 2);
    }
  }

  @Test
  void readerThatGetsOnMayTakeItsTime() {
    try (RawClient client = server.connect()) {
      client.send("GET /bytes/8000000 HTTP/1.1\r\nHost: a\r\n\r\n");
      for (int i = 0; i < 40; i++) {
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        client.skip(190_000);
      }
      assertThat(readOn(client.shutdownOutput())).isPositive();
      assertThat(server.counters.peerFaults()).isZero();
    }
  }

  @Test
  void bodyOfAStreamThatComesInDripsIsCutOff() {
    try (FrameClient client = FrameClient.to(server)) {
      client.post(1, "/echo");
      untilItIsAFault(() -> client.send(FrameClient.DATA, 0, 1, "x"));
      client.await(FrameClient.RST_STREAM, 1);
      assertThat(client.get(3, "/json").awaitBody(3)).contains("Hello");
    }
  }

  @Test
  void streamThatIsReadInDripsIsCutOff() {
    try (FrameClient client = FrameClient.to(server)) {
      client.get(1, "/bytes/1000000");
      untilItIsAFault(() -> client.send(FrameClient.WINDOW_UPDATE, 0, 1, FrameClient.number(100)));
      client.await(FrameClient.RST_STREAM, 1);
    }
  }

  /** Does something again and again. */
  private void untilItIsAFault(Runnable drip) {
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          drip.run();
          return server.counters.peerFaults() > 0;
        });
  }

  private static long readOn(RawClient client) {
    long read = 0;
    try {
      for (int got = 1; got > 0; read += got) {
        got = client.read(1 << 20).length;
      }
    } catch (UncheckedIOException reset) {
      // That is an end, too.
    }
    return read;
  }
}
