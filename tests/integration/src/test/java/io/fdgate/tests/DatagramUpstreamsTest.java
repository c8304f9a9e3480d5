package io.fdgate.tests;

import static io.fdgate.tests.Datagrams.address;
import static io.fdgate.tests.Datagrams.backend;
import static io.fdgate.tests.Datagrams.carried;
import static io.fdgate.tests.Datagrams.client;
import static io.fdgate.tests.Datagrams.echo;
import static io.fdgate.tests.Datagrams.receive;
import static io.fdgate.tests.Datagrams.send;
import static io.fdgate.tests.Datagrams.stopped;
import static io.fdgate.tests.Datagrams.udp;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which upstreams take datagrams, and what becomes of these while none does. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DatagramUpstreamsTest {
  /** Echoes what comes to a Unix datagram socket, capitals for small letters. */
  private static final String UNIX_BACKEND =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
      s.bind(sys.argv[1])
      print("up", flush=True)
      while True:
          content, peer = s.recvfrom(1 << 20)
          print("received", len(content), peer, flush=True)
          if content != b"one-way":
              s.sendto(content.upper(), peer)
      """;

  @TempDir private Path folder;

  @Test
  void upstreamThatIsDownIsSkipped() throws Exception {
    try (DatagramSocket down = backend();
        DatagramSocket backend = backend();
        DatagramSocket client = client()) {
      String upstreams = "[" + udp(down) + ", " + udp(backend) + "]";
      down.close();
      try (Handover fdgate = forwarding().start("udp4:127.0.0.1:0", upstreams)) {
        echo(backend);
        client.setSoTimeout(200);
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .ignoreExceptions()
            .untilAsserted(() -> {
              send(client, "hello", address(fdgate));
              assertThat(receive(client)).isEqualTo("hello");
            });
      }
    }
  }

  @Test
  void unixDatagramsWhereNoInternetSocketCanBeOpened() throws Exception {
    Path up = folder.resolve("up");
    Path in = folder.resolve("in");
    Process backend = unixBackend(up);
    try {
      Output received = new Output(backend.getInputStream());
      received.awaitLine("up");
      try (Handover fdgate =
          forwarding()
              .startWithoutInternet(
                  "'unixgram:" + up + "'", "unixgram:" + in, "udp4:127.0.0.1:0")) {
        String client =
            """
            import socket, sys
            path, own, port = sys.argv[1:]
            u = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            u.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            u.settimeout(30)
            u.bind(own)
            for size in (0, 1, 2049, 65507, 150000):
                u.sendto(b"x" * size, path)
                answer, peer = u.recvfrom(1 << 20)
                assert answer == b"X" * size and peer == path, (size, len(answer), peer)
            i = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            i.settimeout(30)
            i.connect(("127.0.0.1", int(port)))
            i.send(b"hello")
            assert i.recv(100) == b"HELLO"
            # Without an address nobody can be answered, but is heard.
            for _ in range(2):
                n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                n.sendto(b"one-way", path)
            """;
        Python.run(client, in, folder.resolve("own"), fdgate.port(1));
        received.awaitLine("received 7");
        assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
      }
    } finally {
      backend.destroyForcibly();
    }
  }

  @Test
  void datagramsWaitForAnUpstreamThatStarts() throws Exception {
    Path up = folder.resolve("late");
    try (Handover fdgate = forwarding().start("udp4:127.0.0.1:0", "'unixgram:" + up + "'");
        DatagramSocket client = client()) {
      send(client, "first", address(fdgate));
      send(client, "second", address(fdgate));
      Process backend = unixBackend(up);
      try {
        assertThat(List.of(receive(client), receive(client))).containsExactly("FIRST", "SECOND");
        backend.destroyForcibly().waitFor();
        Files.delete(up);
        // It is gone and comes again: what is sent meanwhile waits.
        send(client, "third", address(fdgate));
      } finally {
        backend.destroyForcibly();
      }
      Process again = unixBackend(up);
      try {
        assertThat(receive(client)).isEqualTo("THIRD");
      } finally {
        again.destroyForcibly();
      }
    }
  }

  /** The shorter time may be over before the first upstream is asked, on a cold start. */
  @ParameterizedTest
  @ValueSource(ints = {10, 100})
  void datagramsOfAnAbsentUpstreamAreDroppedInTime(int millis) throws Exception {
    try (Handover fdgate =
            forwarding()
                .start(
                    "udp4:127.0.0.1:0",
                    "'unixgram:" + folder.resolve("none") + "'",
                    "connect_timeout = '" + millis + "ms'");
        DatagramSocket client = client()) {
      for (int i = 0; i < 70; i++) {
        send(client, "anyone there?", address(fdgate));
      }
      fdgate.awaitLine("no upstream took its datagrams in " + millis + " ms (unixgram:");
      String output = stopped(fdgate);
      assertThat(sum(output, "dropped \\("))
          .isPositive()
          .isEqualTo(sum(output, "datagrams received"));
    }
  }

  private static int sum(String output, String what) {
    return Pattern.compile("(\\d+) " + what)
        .matcher(output)
        .results()
        .mapToInt(count -> Integer.parseInt(count.group(1)))
        .sum();
  }

  @Test
  void oneNameHasUpstreamsForBothSides() throws Exception {
    try (DatagramSocket backend = backend();
        Backend streams = Backend.tcp();
        Handover fdgate =
            forwarding()
                .handover(
                    forwarding()
                        .configuration(
                            "['tcp:127.0.0.1:" + streams.port() + "', " + udp(backend) + "]"),
                    "--names",
                    "f:f",
                    "udp4:127.0.0.1:0",
                    "tcp4:127.0.0.1:0");
        DatagramSocket client = client()) {
      fdgate.awaitLine("ready after ");
      carried(client, fdgate, backend, "datagram");
      try (var connection = Backend.connect(fdgate.port(1));
          var accepted = streams.accept()) {
        ForwardCase.BYTE_AT_A_TIME.run(connection, accepted);
      }
    }
  }

  @Test
  void upstreamsOfTheOtherSideAreFaults() throws Exception {
    Path file = forwarding().configuration("'tcp:127.0.0.1:53'");
    try (Handover fdgate = forwarding().handover(file, "--names", "f", "udp4:127.0.0.1:0")) {
      fdgate.awaitLine(
          "upstream has none for datagrams (expected: udp:HOST:PORT, unixgram:PATH or"
              + " unixgram:@NAME)");
      assertThat(fdgate.awaitExit()).isEqualTo(78);
    }
  }

  private static Process unixBackend(Path path) throws IOException {
    return new ProcessBuilder("/usr/bin/python3", "-c", UNIX_BACKEND, path.toString()).start();
  }

  private Forwarding forwarding() {
    return new Forwarding(folder);
  }
}
