package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line protocol, asked by people's clients. */
final class LineTest {
  @TempDir private static Path folder;
  private static Handover fdgate;

  @BeforeAll
  static void start() throws IOException {
    fdgate =
        Handover.ready(
            "--names",
            "line:line:line:line",
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0",
            "unix:" + folder.resolve("s"),
            "unixgram:" + folder.resolve("d"));
  }

  @AfterAll
  static void stop() throws IOException {
    fdgate.close();
  }

  @Test
  void socatGetsALineForALine() throws Exception {
    assertThat(Socat.exchange("PING\r\necho a  b\n\nNO\nQUIT\nPING\n", tcp()))
        .isEqualTo(
            "OK PONG\nOK a  b\nERR empty the line has no command; try HELP\n"
                + "ERR unknown there is no such command; try HELP\nOK bye\n");
  }

  @Test
  void netcatGetsALineForALine() throws Exception {
    String command = "echo PING | nc -N 127.0.0.1 " + fdgate.port(0);
    assertThat(Distribution.run(new ProcessBuilder("sh", "-c", command)).out())
        .isEqualTo("OK PONG");
  }

  @Test
  void lastLineNeedsNoLineEnd() throws Exception {
    assertThat(Socat.exchange("ECHO end", tcp())).isEqualTo("OK end\n");
  }

  @Test
  void datagramHoldsWholeLines() throws Exception {
    for (String address :
        List.of(
            "udp4:127.0.0.1:" + fdgate.port(1),
            "unix-sendto:" + folder.resolve("d") + ",bind=" + folder.resolve("c"))) {
      assertThat(Socat.exchange("PING\nECHO x\n", address)).isEqualTo("OK PONG\nOK x\n");
    }
  }

  @Test
  void whoamiKnowsTheCredentialsOfAUnixPeer() throws Exception {
    String mine = Distribution.run(new ProcessBuilder("sh", "-c", "id -u; id -g")).out();
    String[] ids = mine.split("\n");
    assertThat(Socat.exchange("WHOAMI\n", "unix-connect:" + folder.resolve("s")))
        .matches(
            "OK peer=unix pid=\\d+ uid=" + ids[0] + " gid=" + ids[1] + " socket=line address=.*\n");
  }

  @Test
  void socketsNamesThemAll() throws Exception {
    assertThat(Socat.exchange("SOCKETS\n", tcp()).split("; "))
        .hasSize(4)
        .allSatisfy(record -> assertThat(record).contains("name=line").contains("protocol=line"));
  }

  @Test
  void aHundredThousandPipelinedRequestsAreAnsweredInOrder() throws Exception {
    int count = 100_000;
    StringBuilder requests = new StringBuilder();
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < count; i++) {
      requests.append("ECHO ").append(i).append('\n');
      answers.append("OK ").append(i).append('\n');
    }
    try (Client client = Client.connect(fdgate.port(0))) {
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  client.send(requests.toString()).halfClose();
                } catch (IOException broken) {
                  // The reader sees the short answer.
                }
              });
      assertThat(new String(client.receiveToEnd(), UTF_8)).isEqualTo(answers.toString());
      writer.join();
    }
  }

  private static String tcp() {
    return "tcp4:127.0.0.1:" + fdgate.port(0);
  }
}
