package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Frames as bytes in Latin-1; the mask is zero, so that they can be read. */
final class WebSocketTest {
  private static final String HANDSHAKE =
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final int TEXT = 0x81;
  private static final int BINARY = 0x82;
  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8a;

  @AutoClose private final TestServer server = TestServer.start(Map.of("endpoints", true));

  @AutoClose private final RawClient client = server.connect();

  @Test
  void echoesTextAndBinaryAndAnswersPings() {
    open();
    assertThat(client.send(sent(TEXT, "hello")).readUntil("hello")).isEqualTo(back(TEXT, "hello"));
    assertThat(client.send(sent(BINARY, "\0\u00ff")).readUntil("\u00ff"))
        .isEqualTo(back(BINARY, "\0\u00ff"));
    assertThat(client.send(sent(PING, "p")).readUntil("p")).isEqualTo(back(PONG, "p"));
  }

  @Test
  void refusesFramesThatDoNotWaitForTheHandshake() {
    assertThat(client.send(HANDSHAKE + "\r\n" + sent(TEXT, "early")).readAll())
        .startsWith("HTTP/1.1 400 ")
        .doesNotContain("early");
  }

  @Test
  void echoesFragmentsWithAPingBetween() {
    open();
    client.send(sent(0x01, "a") + sent(PING, "p") + sent(0x80, "b"));
    assertThat(client.readUntil("b"))
        .contains(back(0x01, "a"), back(PONG, "p"))
        .endsWith(back(0x80, "b"));
  }

  @Test
  void echoesACloseCodeAndCloses() {
    open();
    assertThat(client.send(sent(CLOSE, "\u0003\u00e8bye")).readAll())
        .isEqualTo(back(CLOSE, "\u0003\u00e8bye"));
  }

  @Test
  void closesWith1007OverInvalidUtf8() {
    open();
    assertThat(client.send(sent(TEXT, "\u00c3\u0028")).readAll())
        .startsWith(String.valueOf((char) CLOSE))
        .contains("\u0003\u00ef");
  }

  @Test
  void closesWith1002OverAnUnmaskedFrameReservedBitsOrAnUnknownOpcode() {
    for (String bad : new String[] {back(TEXT, "a"), sent(0xa1, "a"), sent(0x83, "a")}) {
      try (RawClient each = server.connect()) {
        each.send(HANDSHAKE + "\r\n").readUntil("\r\n\r\n");
        assertThat(each.send(bad).readAll())
            .as("answer to %x", (int) bad.charAt(0))
            .startsWith(String.valueOf((char) CLOSE))
            .contains("\u0003\u00ea");
      }
    }
  }

  @Test
  void closesWithoutAnAnswerToAnInvalidCloseCode() {
    open();
    assertThat(client.send(sent(CLOSE, "\u0003\u00ed")).readAll()).isEmpty();
  }

  @Test
  void speaksPermessageDeflate() {
    client.send(HANDSHAKE + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n"))
        .contains("sec-websocket-extensions: permessage-deflate");
    String packed = deflate("hello hello hello hello hello");
    client.send(sent(TEXT | 0x40, packed));
    assertThat(client.readUntil(packed)).startsWith(String.valueOf((char) (TEXT | 0x40)));
  }

  @Test
  void saysGoodbyeWhenDraining() throws InterruptedException {
    open();
    server.drain(server.accepted());
    assertThat(client.readAll()).startsWith(String.valueOf((char) CLOSE)).contains("\u0003\u00e9");
  }

  @Test
  void answers426ToWhatIsNoHandshake() {
    assertThat(client.send("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("WebSocket\n"))
        .startsWith("HTTP/1.1 426 ")
        .contains("upgrade: websocket", "sec-websocket-version: 13");
    assertThat(client.send(HANDSHAKE.replace("13", "12") + "\r\n").readUntil("WebSocket\n"))
        .startsWith("HTTP/1.1 426 ");
  }

  private void open() {
    assertThat(client.send(HANDSHAKE + "\r\n").readUntil("\r\n\r\n"))
        .startsWith("HTTP/1.1 101 ")
        .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  private static String sent(int first, String payload) {
    return "" + (char) first + (char) (0x80 | payload.length()) + "\0\0\0\0" + payload;
  }

  private static String back(int first, String payload) {
    return "" + (char) first + (char) payload.length() + payload;
  }

  private static String deflate(String text) {
    Deflater deflater = new Deflater(6, true);
    deflater.setInput(text.getBytes(StandardCharsets.ISO_8859_1));
    byte[] buffer = new byte[256];
    int length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    packed.write(buffer, 0, length - 4); // without the empty block (RFC 7692, section 7.2.1)
    deflater.end();
    return packed.toString(StandardCharsets.ISO_8859_1);
  }
}
