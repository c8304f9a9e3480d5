package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How a connection comes to HTTP/2: by prior knowledge, or by Upgrade. */
final class Http2UpgradeTest {
  private static final String UPGRADE =
      " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n";

  @AutoClose private final TestServer server = TestServer.start(Map.of("endpoints", true));

  @Test
  void takesThePrefaceAndARequestByteByByte() {
    try (FrameClient client = FrameClient.over(server.connect())) {
      client
          .raw()
          .sendByteByByte(
              FrameClient.opening()
                  + FrameClient.lastFrame(1, FrameClient.request("GET", "/json")));
      assertThat(client.awaitStatus(1)).isEqualTo("200");
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
      client.send(FrameClient.opening());
      assertThat(client.awaitStatus(1)).isEqualTo("200");
      assertThat(client.awaitBody(1)).contains("protocol: http (HTTP/2.0)");
      client.get(3, "/json");
      assertThat(client.awaitStatus(3)).isEqualTo("200");
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

  /** As with {@code Accept=yes}: the connection has no listening channel as its parent. */
  @Test
  void answersTheFirstStreamOfAConnectionThatWasAcceptedElsewhere() throws SettingException {
    EmbeddedChannel channel = new EmbeddedChannel();
    new HttpProtocol()
        .connections(TestServer.context(new Counters(), new Settings(Map.of("endpoints", true))))
        .initialize(channel);
    String request =
        FrameClient.opening() + FrameClient.lastFrame(1, FrameClient.request("GET", "/json"));
    channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
    StringBuilder answer = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      answer.append(part.toString(ISO_8859_1));
      part.release();
    }
    assertThat(answer).contains("{\"message\":\"Hello, World!\"}");
    channel.finishAndReleaseAll();
  }
}
