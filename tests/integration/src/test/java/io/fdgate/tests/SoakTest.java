package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of every protocol and kind of socket come, and leave in every way, for a while;
 * afterwards the process has what it had before. {@code -Dfdgate.soak.seconds=600} is the long
 * form.
 */
final class SoakTest {
  private static final int SECONDS_LONG = Integer.getInteger("fdgate.soak.seconds", 60);
  private static final int SECONDS_BEFORE = 5;
  private static final int CLIENTS_OF_A_KIND = 3;

  /**
   * What the pool and the collector may keep, however long it takes: it must not grow with time.
   */
  private static final double KEPT_BYTES = 2 << 20;

  private static final String GET =
      "GET /bytes/10000 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

  /** The preface, SETTINGS without one, and HEADERS of GET / (RFC 9113; RFC 7541, appendix A). */
  private static final String HTTP2 =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
          + "\0\0\0\4\0\0\0\0\0"
          + "\0\0\6\1\5\0\0\0\1\u0082\u0086\u0084\u0041\u0001a";

  private static final String HANDSHAKE =
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

  /** "hello", with a mask of zeros (RFC 6455, section 5.2). */
  private static final String FRAME = "\u0081\u0085\0\0\0\0hello";

  private final LongAdder turns = new LongAdder();
  @TempDir private Path folder;

  /** What a process has. */
  private record Vitals(double descriptors, double threads, double direct, double heap) {}

  @Test
  void processHasAfterwardsWhatItHadBefore() throws Exception {
    Path unix = folder.resolve("echo");
    try (Handover fdgate = start(unix)) {
      List<Callable<Void>> kinds =
          List.of(
              () -> client(fdgate.port(0), "x".repeat(5_000)),
              () -> client(fdgate.port(1), GET),
              () -> client(fdgate.port(1), HTTP2),
              () -> webSocket(fdgate.port(1)),
              () -> client(fdgate.port(2), "PING\nTIME\n"),
              () -> client(fdgate.port(3), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
              () -> unixClient(unix),
              () -> datagram(fdgate.port(5)),
              () -> client(fdgate.port(7), "x".repeat(300_000)),
              () -> datagram(fdgate.port(8)),
              () -> client(fdgate.port(9), "GET /status HTTP/1.1\r\nHost: a\r\n\r\n"));
      // What is made once is made now, and what grows with the number of clients.
      soak(kinds, SECONDS_BEFORE);
      SECONDS.sleep(3); // sessions of datagrams end
      Vitals before = vitals(fdgate);

      soak(kinds, SECONDS_LONG);

      await()
          .atMost(60, SECONDS)
          .untilAsserted(() -> {
            Vitals after = vitals(fdgate);
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors());
            assertThat(after.threads()).isLessThanOrEqualTo(before.threads());
            assertThat(after.direct()).isLessThanOrEqualTo(before.direct() + KEPT_BYTES);
            assertThat(after.heap()).isLessThanOrEqualTo(before.heap() + KEPT_BYTES);
          });
      System.out.printf("soak: %s turns, %s before, %s after%n", turns, before, vitals(fdgate));
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).contains("stopping, 0 connections open");
    }
  }

  private Handover start(Path unix) throws IOException {
    Path datagrams = folder.resolve("datagrams");
    Path toml =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            """
            [sockets.http]
            endpoints = true
            [sockets.relay]
            protocol = "forward"
            upstream = ["unix:%s", "unixgram:%s"]
            session_timeout = "1s"
            max_replies = 0
            """
                .formatted(unix, datagrams));
    return Handover.ready(
        "--env",
        "FDGATE_CONFIG=" + toml,
        "--names",
        "echo:http:line:metrics:echo:echo:echo:relay:relay:status",
        "tcp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0",
        "unix:" + unix,
        "udp4:127.0.0.1:0",
        "unixgram:" + datagrams,
        "tcp4:127.0.0.1:0",
        "udp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0");
  }

  private void soak(List<Callable<Void>> kinds, int seconds) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> all = new ArrayList<>();
      for (Callable<Void> kind : kinds) {
        for (int i = 0; i < CLIENTS_OF_A_KIND; i++) {
          all.add(
              clients.submit(() -> {
                while (!ended.get()) {
                  kind.call();
                  turns.increment();
                }
                return null;
              }));
        }
      }
      SECONDS.sleep(seconds);
      ended.set(true);
      for (Future<Void> each : all) {
        each.get();
      }
    }
  }

  /** Sends something, whole or in part, reads the answer or not, and ends or resets. */
  private static Void client(int port, String request) throws IOException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      int length = random.nextBoolean() ? request.length() : random.nextInt(request.length());
      socket.getOutputStream().write(request.substring(0, length).getBytes(ISO_8859_1));
      leave(socket);
    }
    return null;
  }

  private static Void webSocket(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(HANDSHAKE.getBytes(ISO_8859_1));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      int length = ThreadLocalRandom.current().nextInt(FRAME.length() + 1);
      socket.getOutputStream().write(FRAME.substring(0, length).getBytes(ISO_8859_1));
      leave(socket);
    }
    return null;
  }

  private static void leave(Socket socket) throws IOException {
    switch (ThreadLocalRandom.current().nextInt(4)) {
      case 0 -> {
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
      case 1 -> socket.setSoLinger(true, 0);
      case 2 -> socket.shutdownOutput();
      default -> {
        // It ends as it is.
      }
    }
  }

  private static Void unixClient(Path path) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path));
      channel.write(ByteBuffer.wrap("hello".getBytes(ISO_8859_1)));
      if (ThreadLocalRandom.current().nextBoolean()) {
        assertThat(channel.read(ByteBuffer.allocate(5))).isPositive();
      }
    }
    return null;
  }

  private static Void datagram(int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(1_000);
      socket.connect(InetAddress.getLoopbackAddress(), port);
      socket.send(new DatagramPacket(new byte[1_000], 1_000));
      if (ThreadLocalRandom.current().nextBoolean()) {
        socket.receive(new DatagramPacket(new byte[1_000], 1_000));
      }
    } catch (SocketTimeoutException dropped) {
      // The kernel may drop it when the socket's buffer is full, forward when it has no session.
    }
    return null;
  }

  /** After a collection. */
  private static Vitals vitals(Handover fdgate) throws IOException, InterruptedException {
    String pid = Long.toString(fdgate.pid());
    Process jcmd =
        new ProcessBuilder(System.getProperty("java.home") + "/bin/jcmd", pid, "GC.run")
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), ISO_8859_1);
    assertThat(jcmd.waitFor()).as(said).isZero();
    try (Client client = Client.connect(fdgate.port(3))) {
      client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      String text = new String(client.receiveToEnd(), ISO_8859_1);
      return new Vitals(
          metric(text, "process_open_fds "),
          metric(text, "jvm_threads_current "),
          metric(text, "fdgate_buffer_memory_bytes{area=\"direct\"} "),
          metric(text, "jvm_memory_used_bytes{area=\"heap\"} "));
    }
  }

  private static double metric(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + "in\n" + text));
  }
}
