package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datagrams carried to other programs. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DatagramForwardTest {
  private static final int PATIENCE_MILLIS = 30_000;

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

  /** A connected client takes answers only from the address that it wrote to. */
  private static final String EVERY_SIZE =
      """
      import os, socket, sys
      host, port = sys.argv[1:]
      s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
      s.settimeout(30)
      s.connect((host, int(port)))
      for size in (0, 1, 512, 2049, 9000, 65507, 0, 5):
          sent = os.urandom(size)
          s.send(sent)
          answer = s.recv(1 << 17)
          assert answer == sent, (size, len(answer))
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "udp4:127.0.0.1:0, 127.0.0.1",
    "udp4:0.0.0.0:0, 127.0.0.2",
    "udp6:[::]:0, 127.1.2.3",
    "udp6:[::]:0, ::1"
  })
  void everySizeIsCarriedBothWaysAndAnsweredFromTheAddressThatWasAsked(String spec, String asked)
      throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start(spec, udp(backend))) {
      echo(backend);
      Python.run(EVERY_SIZE, asked, fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("8 datagrams received, 8 sent")
          .doesNotContain("dropped");
    }
  }

  @Test
  void eachClientHasASessionOfItsOwnThatLasts() throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start("udp4:127.0.0.1:0", udp(backend));
        DatagramSocket one = client();
        DatagramSocket two = client()) {
      SocketAddress ofOne = carried(one, fdgate, backend, "a");
      SocketAddress ofTwo = carried(two, fdgate, backend, "b");
      assertThat(ofOne).isNotEqualTo(ofTwo);
      assertThat(carried(one, fdgate, backend, "c")).isEqualTo(ofOne);
      // Replies find their clients, in whatever order.
      send(backend, "for two", ofTwo);
      send(backend, "for one", ofOne);
      assertThat(receive(one)).isEqualTo("for one");
      assertThat(receive(two)).isEqualTo("for two");
    }
  }

  @Test
  void burstsArriveCompleteAndInOrder() throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start("udp4:127.0.0.1:0", udp(backend))) {
      echo(backend);
      String client =
          """
          import socket, sys
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.settimeout(30)
          s.connect(("127.0.0.1", int(sys.argv[1])))
          for round in range(20):
              # No more than fit in the default receive buffer.
              sent = [b"%d %d" % (round, i) for i in range(100)]
              for each in sent:
                  s.send(each)
              assert [s.recv(100) for _ in sent] == sent
          """;
      Python.run(client, fdgate.port(0));
      assertThat(stopped(fdgate)).contains("2000 datagrams received, 2000 sent");
    }
  }

  @Test
  void sessionEndsWhenItsClientIsSilent() throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start("udp4:127.0.0.1:0", udp(backend), "session_timeout = '200ms'");
        DatagramSocket client = client()) {
      SocketAddress session = carried(client, fdgate, backend, "a");
      // When its port is free the socket to the upstream is closed; the next datagram opens
      // another.
      try (DatagramSocket freed =
          Awaitility.await()
              .atMost(Duration.ofSeconds(30))
              .ignoreExceptions()
              .until(() -> new DatagramSocket(session), DatagramSocket::isBound)) {
        assertThat(carried(client, fdgate, backend, "b"))
            .isNotEqualTo(freed.getLocalSocketAddress());
      }
      assertThat(stopped(fdgate)).contains("2 datagrams received, 0 sent");
    }
  }

  @Test
  void clientsBeyondTheMostAreNotServed() throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start("udp4:127.0.0.1:0", udp(backend), "max_sessions = 2");
        DatagramSocket one = client();
        DatagramSocket two = client();
        DatagramSocket three = client()) {
      carried(one, fdgate, backend, "a");
      carried(two, fdgate, backend, "b");
      send(three, "c", address(fdgate));
      carried(two, fdgate, backend, "d");
      fdgate.awaitLine("max_sessions = 2 others are carried");
      assertThat(stopped(fdgate)).contains("1 dropped (no session left)");
    }
  }

  @Test
  void nobodyButTheUpstreamReachesAClientAndThatNotWithoutEnd() throws Exception {
    try (DatagramSocket backend = backend();
        Handover fdgate = start("udp4:127.0.0.1:0", udp(backend), "max_replies = 3");
        DatagramSocket stranger = client();
        DatagramSocket client = client()) {
      SocketAddress session = carried(client, fdgate, backend, "question");
      send(stranger, "not asked for", session);
      for (int i = 0; i < 10; i++) {
        send(backend, "answer " + i, session);
      }
      assertThat(List.of(receive(client), receive(client), receive(client)))
          .containsExactly("answer 0", "answer 1", "answer 2");
      // Another datagram of the client, another three.
      carried(client, fdgate, backend, "question");
      send(backend, "again", session);
      assertThat(receive(client)).isEqualTo("again");
      assertThat(stopped(fdgate))
          .contains("2 datagrams received, 4 sent, 7 dropped (unasked reply)");
    }
  }

  @Test
  void upstreamThatIsDownIsSkipped() throws Exception {
    try (DatagramSocket down = backend();
        DatagramSocket backend = backend();
        DatagramSocket client = client()) {
      String upstreams = "[" + udp(down) + ", " + udp(backend) + "]";
      down.close();
      try (Handover fdgate = start("udp4:127.0.0.1:0", upstreams)) {
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
      Path file = configuration("'unixgram:" + up + "'");
      try (Handover fdgate =
          Handover.startCommand(
              List.of(Distribution.FDGATE, "--config", file.toString()),
              "--deny-inet",
              "EAFNOSUPPORT",
              "--names",
              "f:f",
              "unixgram:" + in,
              "udp4:127.0.0.1:0")) {
        fdgate.awaitLine("ready after ");
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
    try (Handover fdgate = start("udp4:127.0.0.1:0", "'unixgram:" + up + "'");
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

  @Test
  void datagramsOfAnAbsentUpstreamAreDroppedInTime() throws Exception {
    try (Handover fdgate =
            start(
                "udp4:127.0.0.1:0",
                "'unixgram:" + folder.resolve("none") + "'",
                "connect_timeout = '100ms'");
        DatagramSocket client = client()) {
      for (int i = 0; i < 70; i++) {
        send(client, "anyone there?", address(fdgate));
      }
      fdgate.awaitLine("no upstream took its datagrams in 100 ms (unixgram:");
      assertThat(stopped(fdgate)).contains("dropped (upstream unreachable)");
    }
  }

  @Test
  void oneNameHasUpstreamsForBothSides() throws Exception {
    try (DatagramSocket backend = backend();
        Backend streams = Backend.tcp();
        Handover fdgate =
            Handover.startCommand(
                List.of(
                    Distribution.FDGATE,
                    "--config",
                    configuration("['tcp:127.0.0.1:" + streams.port() + "', " + udp(backend) + "]")
                        .toString()),
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
    Path file = configuration("'tcp:127.0.0.1:53'");
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--config", file.toString()),
            "--names",
            "f",
            "udp4:127.0.0.1:0")) {
      fdgate.awaitLine(
          "upstream has none for datagrams (expected: udp:HOST:PORT, unixgram:PATH or"
              + " unixgram:@NAME)");
      assertThat(fdgate.awaitExit()).isEqualTo(78);
    }
  }

  private Handover start(String socket, String upstream, String... settings) throws IOException {
    Path file = configuration(upstream, settings);
    Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--config", file.toString()), "--names", "f", socket);
    fdgate.awaitLine("ready after ");
    return fdgate;
  }

  private Path configuration(String upstream, String... settings) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "fdgate", ".toml"),
        "[sockets.f]\nprotocol = 'forward'\nupstream = "
            + upstream
            + "\n"
            + String.join("\n", settings)
            + "\n");
  }

  private static Process unixBackend(Path path) throws IOException {
    return new ProcessBuilder("/usr/bin/python3", "-c", UNIX_BACKEND, path.toString()).start();
  }

  private static DatagramSocket backend() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static DatagramSocket client() throws IOException {
    DatagramSocket client = backend();
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private static String udp(DatagramSocket backend) {
    return "'udp:127.0.0.1:" + backend.getLocalPort() + "'";
  }

  private static SocketAddress address(Handover fdgate) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), fdgate.port(0));
  }

  private static void echo(DatagramSocket backend) {
    Background.start(() -> {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      while (true) {
        packet.setLength(65_536);
        backend.receive(packet);
        backend.send(packet);
      }
    });
  }

  /** Has a client send a text, and returns where the backend sees it come from. */
  private static SocketAddress carried(
      DatagramSocket client, Handover fdgate, DatagramSocket backend, String text)
      throws IOException {
    send(client, text, address(fdgate));
    backend.setSoTimeout(PATIENCE_MILLIS);
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    backend.receive(packet);
    assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8)).isEqualTo(text);
    return packet.getSocketAddress();
  }

  private static void send(DatagramSocket from, String text, SocketAddress to) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    from.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static String receive(DatagramSocket client) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1000], 1000);
    client.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  private static String stopped(Handover fdgate) throws Exception {
    fdgate.signal("TERM");
    assertThat(fdgate.awaitExit()).isZero();
    return fdgate.output();
  }
}
