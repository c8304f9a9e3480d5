package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of every kind come, and leave in every way, for a while; afterwards the process has what
 * it had before. {@code -Dfdgate.soak.seconds=600} is the long form.
 */
final class SoakTest {
  private static final int SECONDS_LONG = Integer.getInteger("fdgate.soak.seconds", 15);
  private static final int CLIENTS_OF_A_KIND = 4;
  private static final long DIRECT_MEMORY_BOUND = 64L << 20;

  private final AtomicBoolean ended = new AtomicBoolean();
  @TempDir private Path folder;

  @Test
  void processHasAfterwardsWhatItHadBefore() throws Exception {
    Path unix = folder.resolve("echo");
    try (Handover fdgate =
        Handover.ready(
            "--names",
            "echo:http:line:metrics:echo:echo",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "unix:" + unix,
            "udp4:127.0.0.1:0")) {
      List<Callable<Void>> kinds =
          List.of(
              () -> client(fdgate.port(0), "x".repeat(5_000)),
              () -> client(fdgate.port(1), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
              () -> client(fdgate.port(2), "PING\nTIME\n"),
              () -> unixClient(unix),
              () -> datagram(fdgate.port(5)));
      // What is made once is made now.
      for (Callable<Void> kind : kinds) {
        kind.call();
      }
      double descriptors = metric(fdgate, "process_open_fds ");
      double threads = metric(fdgate, "jvm_threads_current ");

      soak(kinds);

      await()
          .atMost(60, SECONDS)
          .untilAsserted(() -> {
            assertThat(metric(fdgate, "process_open_fds ")).isLessThanOrEqualTo(descriptors);
            assertThat(metric(fdgate, "jvm_threads_current ")).isLessThanOrEqualTo(threads);
          });
      assertThat(metric(fdgate, "fdgate_buffer_memory_bytes{area=\"direct\"} "))
          .isLessThan(DIRECT_MEMORY_BOUND);
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).contains("stopping, 0 connections open");
    }
  }

  private void soak(List<Callable<Void>> kinds) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> all = new ArrayList<>();
      for (Callable<Void> kind : kinds) {
        for (int i = 0; i < CLIENTS_OF_A_KIND; i++) {
          all.add(
              clients.submit(() -> {
                while (!ended.get()) {
                  kind.call();
                }
                return null;
              }));
        }
      }
      clients.submit(() -> {
        SECONDS.sleep(SECONDS_LONG);
        ended.set(true);
        return null;
      });
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
      socket.getOutputStream().write(request.substring(0, length).getBytes(UTF_8));
      switch (random.nextInt(4)) {
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
    return null;
  }

  private static Void unixClient(Path path) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path));
      channel.write(ByteBuffer.wrap("hello".getBytes(UTF_8)));
      if (ThreadLocalRandom.current().nextBoolean()) {
        assertThat(channel.read(ByteBuffer.allocate(5))).isPositive();
      }
    }
    return null;
  }

  private static Void datagram(int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(2_000);
      socket.connect(InetAddress.getLoopbackAddress(), port);
      socket.send(new DatagramPacket(new byte[1_000], 1_000));
      if (ThreadLocalRandom.current().nextBoolean()) {
        socket.receive(new DatagramPacket(new byte[1_000], 1_000));
      }
    } catch (SocketTimeoutException dropped) {
      // The kernel may drop it when the socket's buffer is full.
    }
    return null;
  }

  private static double metric(Handover fdgate, String name) throws IOException {
    try (Client client = Client.connect(fdgate.port(3))) {
      client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      String text = new String(client.receiveToEnd(), UTF_8);
      return text.lines()
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + name + "in\n" + text));
    }
  }
}
