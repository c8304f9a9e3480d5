package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a socket's clients may take, and that one client's greed is not another's loss. */
final class LimitsTest {
  @TempDir private Path folder;

  @Test
  void connectionTooManyIsClosedAtOnceAndTheOthersGoOn() throws Exception {
    try (Handover fdgate = start("max_connections = 2", "tcp4:127.0.0.1:0");
        Client first = served(fdgate)) {
      try (Client second = served(fdgate);
          Client third = Client.connect(fdgate.port(0))) {
        assertThat(third.receiveToEnd()).isEmpty();
        fdgate.awaitLine("max_connections = 2 is reached");
        assertThat(second.send("b").receive(1)).isEqualTo("b");
      }
      // The second's end may be seen after the next one's beginning.
      await().atMost(30, SECONDS).until(() -> isServed(fdgate, "127.0.0.1"));
      assertThat(first.send("a").receive(1)).isEqualTo("a");
      first.close();
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).containsPattern("[1-9]\\d* turned away \\(max_connections\\)");
    }
  }

  @Test
  void oneSourceCannotTakeAll() throws Exception {
    try (Handover fdgate = start("max_connections_per_source = 1", "tcp4:127.0.0.1:0");
        Client first = served(fdgate);
        Client second = Client.connect(fdgate.port(0))) {
      assertThat(second.receiveToEnd()).isEmpty();
      assertThat(isServed(fdgate, "127.0.0.2")).isTrue();
      first.close();
      await().atMost(30, SECONDS).until(() -> isServed(fdgate, "127.0.0.1"));
    }
  }

  @Test
  void sourceOfAUnixConnectionIsItsUser() throws Exception {
    Path path = folder.resolve("socket");
    try (Handover fdgate = start("max_connections_per_source = 1", "unix:" + path);
        SocketChannel first = unix(path);
        SocketChannel second = unix(path)) {
      assertThat(second.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      first.write(ByteBuffer.wrap("a".getBytes(UTF_8)));
      assertThat(first.read(ByteBuffer.allocate(1))).isOne();
    }
  }

  @Test
  void newConnectionsAreLimitedInEachSecond() throws Exception {
    try (Handover fdgate = start("max_connection_rate = 1", "tcp4:127.0.0.1:0")) {
      int served = 0;
      for (int i = 0; i < 100; i++) {
        served += isServed(fdgate, "127.0.0.1") ? 1 : 0;
      }
      assertThat(served).isPositive().isLessThan(100);
      await().atMost(30, SECONDS).until(() -> isServed(fdgate, "127.0.0.1"));
    }
  }

  @Test
  void idleConnectionIsClosed() throws Exception {
    try (Handover fdgate = start("idle_timeout = \"300ms\"", "tcp4:127.0.0.1:0");
        Client client = served(fdgate)) {
      assertThat(client.receiveToEnd()).isEmpty();
    }
  }

  @Test
  void datagramsOfOneSourceAreLimitedInEachSecond() throws Exception {
    try (Handover fdgate = start("max_datagram_rate_per_source = 2", "udp4:127.0.0.1:0")) {
      fdgate.awaitLine("ready after");
      try (DatagramSocket greedy = datagrams(fdgate, "127.0.0.1");
          DatagramSocket modest = datagrams(fdgate, "127.0.0.2")) {
        for (int i = 0; i < 500; i++) {
          greedy.send(new DatagramPacket(new byte[1], 1));
        }
        // The kernel may have dropped one of them, when the socket's buffer was full.
        await().atMost(30, SECONDS).until(() -> isAnswered(modest));
      }
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).containsPattern("dropped \\(rate limit\\)");
    }
  }

  @Test
  void everyDatagramOfATrainCounts() throws Exception {
    String client =
        """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect(("127.0.0.1", int(sys.argv[1])))
        s.setsockopt(socket.IPPROTO_UDP, 103, 10)  # UDP_SEGMENT
        s.settimeout(30)
        s.send(bytes(400))
        for _ in range(5):
            assert s.recv(1000) == bytes(10)
        """;
    try (Handover fdgate = start("max_datagram_rate_per_source = 5", "udp4:127.0.0.1:0")) {
      Python.run(client, fdgate.port(0));
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      // Twice as many, if the second ends within the train.
      assertThat(fdgate.output())
          .containsPattern(
              "40 datagrams received, (5 sent, 35|10 sent, 30) dropped \\(rate limit\\)");
    }
  }

  @Test
  void acceptingPausesWithoutDescriptorsAndGoesOn() throws Exception {
    List<String> command = List.of("prlimit", "--nofile=96", Distribution.FDGATE);
    List<Client> clients = new ArrayList<>();
    try (Handover fdgate = Handover.startCommand(command, "--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("ready after");
      for (int i = 0; i < 100; i++) {
        clients.add(Client.connect(fdgate.port(0)).send("x"));
      }
      fdgate.awaitLine("cannot accept (");
      assertThat(clients.getFirst().receive(1)).isEqualTo("x");
      assertThat(clients.getFirst().send("y").receive(1)).isEqualTo("y");
      for (Client each : clients.subList(0, 80)) {
        each.close();
      }
      assertThat(clients.getLast().receive(1)).isEqualTo("x");
      assertThat(fdgate.output().split("cannot accept", -1)).hasSizeLessThan(60);
    } finally {
      for (Client each : clients) {
        each.close();
      }
    }
  }

  @Test
  void clientsThatTakeNothingAreClosedPastTheCap() throws Exception {
    try (Handover fdgate =
            startWith(
                "max_buffered = \"32KiB\"\n[sockets.calls]\nprotocol = \"echo\"\n",
                "tcp4:127.0.0.1:0");
        Client modest = served(fdgate);
        Client greedy = Client.connect(fdgate.port(0))) {
      Thread sender = Thread.ofVirtual().start(() -> sendWithoutEnd(greedy));
      fdgate.awaitLine("max_buffered = 32768: ");
      assertThat(modest.send("a").receive(1)).isEqualTo("a");
      assertThat(sender.join(java.time.Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void whatForwardHoldsCountsTowardsTheCap() throws Exception {
    try (Backend backend = Backend.tcp();
        Handover fdgate =
            startWith(
                "max_buffered = \"8KiB\"\n[sockets.calls]\nprotocol = \"forward\"\nupstream = \"tcp:127.0.0.1:"
                    + backend.port()
                    + "\"\n",
                "tcp4:127.0.0.1:0");
        Client deaf = Client.connect(fdgate.port(0));
        SocketChannel upstream = backend.accept()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    Backend.send(upstream, new byte[1 << 16]);
                  }
                } catch (IOException closed) {
                  // As it should be.
                }
              });
      fdgate.awaitLine("max_buffered = 8192: ");
      assertThat(sender.join(java.time.Duration.ofSeconds(30))).isTrue();
      assertThat(deaf.socket().isClosed()).isFalse();
    }
  }

  @Test
  void whatWaitsForTheWindowOfAStreamCountsTowardsTheCap() throws Exception {
    // The preface, SETTINGS without one, and HEADERS of GET /bytes/10000000 (RFC 7541, appendix A).
    String request =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + "\0\0\0\4\0\0\0\0\0"
            + "\0\0\u0016\1\5\0\0\0\1\u0082\u0086\u0004\u000f/bytes/10000000\u0041\u0001a";
    try (Handover fdgate =
            startWith(
                "max_buffered = \"8KiB\"\n[sockets.calls]\nprotocol = \"http\"\nendpoints = true\n",
                "tcp4:127.0.0.1:0");
        Client client = Client.connect(fdgate.port(0))) {
      client.send(request.getBytes(ISO_8859_1));
      fdgate.awaitLine("max_buffered = 8192: ");
      // No more than the window.
      assertThat(client.receiveToEnd()).hasSizeBetween(65_535, 70_000);
    }
  }

  private static void sendWithoutEnd(Client client) {
    byte[] much = new byte[1 << 16];
    try {
      while (true) {
        client.send(much);
      }
    } catch (IOException closed) {
      // As it should be.
    }
  }

  private Handover start(String limit, String spec) throws IOException {
    return startWith("[sockets.calls]\nprotocol = \"echo\"\n" + limit + "\n", spec);
  }

  private Handover startWith(String toml, String spec) throws IOException {
    Path file = Files.writeString(folder.resolve("fdgate.toml"), toml);
    return Handover.ready("--env", "FDGATE_CONFIG=" + file, "--names", "calls", spec);
  }

  private static Client served(Handover fdgate) throws IOException {
    Client client = Client.connect(fdgate.port(0));
    assertThat(client.send("x").receive(1)).isEqualTo("x");
    return client;
  }

  private static boolean isServed(Handover fdgate, String from) throws IOException {
    try (java.net.Socket socket = new java.net.Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", fdgate.port(0)));
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write('x');
      return socket.getInputStream().read() == 'x';
    } catch (SocketException closed) {
      return false;
    }
  }

  private static boolean isAnswered(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(1_000);
    socket.send(new DatagramPacket(new byte[1], 1));
    try {
      socket.receive(new DatagramPacket(new byte[1], 1));
      return true;
    } catch (SocketTimeoutException dropped) {
      return false;
    }
  }

  private static SocketChannel unix(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static DatagramSocket datagrams(Handover fdgate, String from) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(from, 0));
    socket.setSoTimeout(30_000);
    socket.connect(InetAddress.getLoopbackAddress(), fdgate.port(0));
    return socket;
  }
}
