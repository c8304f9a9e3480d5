package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HttpTimeoutTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();

  @BeforeEach
  void start() throws SettingException {
    channel.freezeTime();
    Settings settings =
        new Settings(
            Map.of(
                "endpoints", true,
                "header_timeout", Duration.ofSeconds(5),
                "body_timeout", Duration.ofSeconds(30),
                "idle_timeout", Duration.ofSeconds(20)));
    new HttpProtocol()
        .connections(TestServer.context(new Counters(), settings))
        .initialize(channel);
  }

  @AfterEach
  void stop() {
    channel.finishAndReleaseAll();
  }

  @Test
  void answers408ToAHeadThatTakesTooLong() {
    send("GET / HTTP/1.1\r\n");
    pass(3);
    send("Host: a\r\n");
    assertThat(read()).isEmpty();
    pass(3);
    assertThat(read()).startsWith("HTTP/1.1 408 ").contains("connection: close");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void answers408ToABodyThatStandsStill() {
    send("POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    assertThat(read()).startsWith("HTTP/1.1 405 ");
    send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    pass(21);
    assertThat(read()).startsWith("HTTP/1.1 408 ");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void endsABodyThatComesInDrips() {
    send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 3; i++) {
      send("x");
      pass(10);
    }
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void letsABodyThatGetsOnTakeItsTime() {
    send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
    for (int i = 0; i < 8; i++) {
      send("x".repeat(8192));
      pass(10);
      read();
    }
    send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(read()).endsWith("Hello, World!");
  }

  @Test
  void closesAnIdleConnectionWithoutAWord() {
    send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(read()).endsWith("Hello, World!");
    pass(19);
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertThat(read()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void waitsForADelayThatIsLongerThanTheIdleTime() {
    send("GET /delay/25000 HTTP/1.1\r\nHost: a\r\n\r\n");
    pass(24);
    assertThat(read()).isEmpty();
    pass(2);
    assertThat(read()).endsWith("waited 25000 ms\n");
    assertThat(channel.isOpen()).isTrue();
  }

  private void send(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private String read() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      text.append(part.toString(ISO_8859_1));
      part.release();
    }
    return text.toString();
  }
}
