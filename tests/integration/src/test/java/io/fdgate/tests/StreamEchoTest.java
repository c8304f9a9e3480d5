package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every stream protocol has to get right, seen through echo over TCP. */
final class StreamEchoTest {
  private static Handover fdgate;

  @BeforeAll
  static void start() throws IOException {
    fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0");
  }

  @AfterAll
  static void stop() throws IOException {
    fdgate.close();
  }

  /**
   * A timeout would have the kernel start a clock for each wait. What a thread waits in is in
   * /proc/PID/task/TID/syscall (proc_pid_syscall(5)): epoll_wait, or epoll_pwait on aarch64, with
   * the timeout as its fourth argument.
   */
  @Test
  void eventLoopWithoutATimerWaitsWithoutATimeout() throws Exception {
    try (Handover alone = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      Path threads = Path.of("/proc", Long.toString(alone.pid()), "task");
      Awaitility.await()
          .untilAsserted(() ->
              assertThat(waitsOf(threads, "serve-"))
                  .matches("(232|22)( \\S+){3} 0x(f{8})?f{8} .*"));
    }
  }

  private static String waitsOf(Path threads, String name) throws IOException {
    try (Stream<Path> all = Files.list(threads)) {
      for (Path thread : (Iterable<Path>) all::iterator) {
        if (Files.readString(thread.resolve("comm")).startsWith(name)) {
          return Files.readString(thread.resolve("syscall")).strip();
        }
      }
    }
    return "no thread " + name;
  }

  /**
   * An fdgate that starts when a file is there. The holder listens before: clients wait in the
   * kernel's queue.
   */
  private static Handover startedBy(Path go) throws IOException {
    String wait = "until [ -e '" + go + "' ]; do sleep 0.01; done; exec " + Distribution.FDGATE;
    return Handover.startCommand(List.of("sh", "-c", wait), "--names", "echo", "tcp4:127.0.0.1:0");
  }

  @Test
  void clientQueuedBeforeTheStartIsServed(@TempDir Path folder) throws Exception {
    Path go = folder.resolve("go");
    try (Handover late = startedBy(go);
        Client client = Client.connect(late.port(0))) {
      client.send("early\n").halfClose();
      Files.createFile(go);
      assertThat(client.receiveToEnd()).isEqualTo("early\n".getBytes(UTF_8));
    }
  }

  /**
   * Clients that come again at once as soon as they have an answer, and that wait in the queue
   * before the start. Those who were first may not take all turns from those who were last.
   */
  @Test
  void clientsInTheQueueAreNotStarvedByThoseWhoAreServed(@TempDir Path folder) throws Exception {
    int clients = 2_000;
    Path go = folder.resolve("go");
    List<SocketChannel> channels = new ArrayList<>();
    try (Handover late = startedBy(go);
        Selector selector = Selector.open()) {
      for (int i = 0; i < clients; i++) {
        SocketChannel channel =
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), late.port(0)));
        channels.add(channel);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new AtomicInteger());
        channel.write(ByteBuffer.wrap(new byte[] {'x'}));
      }
      Files.createFile(go);
      int served = 0;
      while (served < clients) {
        assertThat(selector.select(30_000)).as("ready of %d", clients).isPositive();
        for (SelectionKey key : selector.selectedKeys()) {
          SocketChannel channel = (SocketChannel) key.channel();
          assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
          channel.write(ByteBuffer.wrap(new byte[] {'x'}));
          if (((AtomicInteger) key.attachment()).getAndIncrement() == 0) {
            served++;
          }
        }
        selector.selectedKeys().clear();
      }
      int most =
          selector.keys().stream()
              .mapToInt(key -> ((AtomicInteger) key.attachment()).get())
              .max()
              .orElseThrow();
      assertThat(most).as("answers to one before all had one").isLessThan(100);
    } finally {
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }

  @Test
  void halfCloseGetsTheWholeAnswer() throws Exception {
    byte[] sent = bytes(3_000_000);
    try (Client client = Client.connect(fdgate.port(0))) {
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  client.send(sent).halfClose();
                } catch (IOException broken) {
                  // The reader sees the short answer.
                }
              });
      assertThat(client.receiveToEnd()).isEqualTo(sent);
      writer.join();
    }
  }

  @Test
  void halfCloseWithoutAByteGetsTheEnd() throws Exception {
    try (Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.halfClose().receiveToEnd()).isEmpty();
    }
  }

  @Test
  void byteAtATimeComesBackByteAtATime() throws Exception {
    try (Client client = Client.connect(fdgate.port(0))) {
      for (char letter = 'a'; letter <= 'z'; letter++) {
        assertThat(client.send("" + letter).receive(1)).isEqualTo("" + letter);
      }
    }
  }

  @Test
  void clientThatNeverReadsIsHeldBackAndCostsBoundedMemory() throws Exception {
    long limit = 1L << 30;
    byte[] block = bytes(1 << 20);
    long before = residentKib();
    try (SocketChannel channel = SocketChannel.open(address());
        Client other = Client.connect(fdgate.port(0))) {
      channel.configureBlocking(false);
      long sent = 0;
      long stalledSince = System.nanoTime();
      // Held back: nothing more is taken for a whole second.
      while (sent < limit && System.nanoTime() - stalledSince < TimeUnit.SECONDS.toNanos(1)) {
        int offset = (int) (sent % block.length);
        int written = channel.write(ByteBuffer.wrap(block, offset, block.length - offset));
        if (written > 0) {
          sent += written;
          stalledSince = System.nanoTime();
        } else {
          Thread.onSpinWait();
        }
      }
      // The kernel's buffers on both sides hold a few MiB each.
      assertThat(sent).isLessThan(64L << 20);
      assertThat(residentKib() - before).isLessThan(32 * 1024);
      assertThat(other.send("meanwhile").receive(9)).isEqualTo("meanwhile");

      channel.configureBlocking(true);
      channel.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate((int) sent);
      while (channel.read(answer) >= 0) {
        // until the end
        if (!answer.hasRemaining()) {
          break;
        }
      }
      assertThat(answer.remaining()).isZero();
      for (int i = 0; i < sent; i++) {
        if (answer.get(i) != block[i % block.length]) {
          throw new AssertionError("byte " + i + " of " + sent + " came back changed");
        }
      }
    }
  }

  @Test
  void thousandsOfClientsAreServedTogether() throws Exception {
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 3_000; i++) {
        clients.add(Client.connect(fdgate.port(0)));
      }
      for (Client client : clients) {
        client.send("one of many");
      }
      for (Client client : clients) {
        assertThat(client.receive(11)).isEqualTo("one of many");
      }
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  /** Those for whom there is no descriptor wait in the kernel's queue until there is one. */
  @Test
  void clientsBeyondTheDescriptorLimitAreServedLater() throws Exception {
    List<Client> clients = new ArrayList<>();
    String limited = "ulimit -n 100; exec " + Distribution.FDGATE;
    try (Handover few =
        Handover.startCommand(
            List.of("sh", "-c", limited), "--names", "echo", "tcp4:127.0.0.1:0")) {
      few.awaitLine("ready after ");
      for (int i = 0; i < 120; i++) {
        clients.add(Client.connect(few.port(0)).send("x"));
      }
      few.awaitLine("cannot accept (Too many open files)");
      for (Client client : clients) {
        // Each that is done leaves its descriptor to one that waits.
        assertThat(client.receive(1)).isEqualTo("x");
        client.close();
      }
      assertThat(few.output().lines().filter(line -> line.contains("cannot accept")))
          .as("one line for each pause")
          .hasSizeLessThan(10);
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  @Test
  void resetByOneClientIsQuietAndHurtsNoOther() throws Exception {
    try (Client other = Client.connect(fdgate.port(0));
        Client client = Client.connect(fdgate.port(0))) {
      client.send(bytes(500_000)).reset();
      assertThat(other.send("unharmed").receive(8)).isEqualTo("unharmed");
    }
    assertThat(fdgate.output()).doesNotContain("Exception");
  }

  @Test
  void descriptorsOfEndedConnectionsAreClosed() throws Exception {
    try (Client settled = Client.connect(fdgate.port(0))) {
      assertThat(settled.send("x").receive(1)).isEqualTo("x");
    }
    Path open = Path.of("/proc/" + fdgate.pid() + "/fd");
    for (int i = 0; i < 50; i++) {
      try (Client client = Client.connect(fdgate.port(0))) {
        client.send("hello");
        if (i % 2 == 0) {
          client.reset();
        }
      }
    }
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(() -> {
          try (var descriptors = Files.list(open)) {
            long sockets = descriptors.filter(StreamEchoTest::isSocket).count();
            // The listener, and what Netty keeps for itself.
            assertThat(sockets).isLessThan(5);
          }
        });
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }

  private static InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), fdgate.port(0));
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static long residentKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + fdgate.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
