package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand clients that hold what they can get, and one that only wants its answers. What they
 * hold may be all that the kernel has for TCP (tcp_mem of tcp(7)): then it resets connections of
 * others, too.
 */
@Tag("alone")
final class SlowClientsTest {
  private static final int OF_A_KIND = 5_000;
  private static final int ROUNDS = 21;
  private static final int REQUESTS = 1_000;
  private static final int WARM_UP_ROUNDS = 10;
  private static final double MOST_TIMES_SLOWER = 2;

  /** In two seconds with slow clients only: a loop that spins on them takes both. */
  private static final double MOST_PROCESSOR_SECONDS = 1;

  private static final long MOST_RESIDENT_KIB = 512 * 1024;
  private static final Duration BETWEEN_DRIPS = Duration.ofSeconds(2);

  private static final byte[] REQUEST =
      "GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1);

  @TempDir private Path folder;
  private final List<SocketChannel> dripping = new ArrayList<>();
  private final List<SocketChannel> deaf = new ArrayList<>();

  @Test
  void normalClientIsServedAsBeforeAndMemoryIsBounded() throws Exception {
    Path toml =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            "[sockets.http]\nendpoints = true\naccess_log = false\nheader_timeout = \"10min\"\n");
    ScheduledExecutorService drips = Executors.newSingleThreadScheduledExecutor();
    // A second one that nobody attacks: whatever else the machine does hits both.
    try (Handover fdgate = start(toml);
        Handover quiet = start(toml)) {
      for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        percentile99(fdgate.port(0));
        percentile99(quiet.port(0));
      }
      attack(fdgate);
      drips.scheduleWithFixedDelay(this::drip, 0, 20, TimeUnit.MILLISECONDS);
      awaitServed(fdgate);
      double[] attackedTimes = new double[ROUNDS];
      double[] quietTimes = new double[ROUNDS];
      double[] ratios = new double[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        attackedTimes[i] = percentile99(fdgate.port(0));
        quietTimes[i] = percentile99(quiet.port(0));
        ratios[i] = attackedTimes[i] / quietTimes[i];
      }
      // The compilers may still be at work on all that came at once.
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .untilAsserted(
              () -> assertThat(processorSeconds(fdgate, 2)).isLessThan(MOST_PROCESSOR_SECONDS));
      int slow = dripping.size() + deaf.size();
      long resident = residentKib(fdgate.pid());
      System.out.printf(
          "p99 of a normal client, by medians: %.0f us alone, %.0f us beside %d slow clients,"
              + " %.2f times; %d MiB resident%n",
          median(quietTimes), median(attackedTimes), slow, median(ratios), resident / 1024);
      assertThat(median(ratios)).isLessThanOrEqualTo(MOST_TIMES_SLOWER);
      assertThat(resident).isLessThan(MOST_RESIDENT_KIB);
    } finally {
      drips.shutdownNow();
      closeAll();
    }
  }

  private static Handover start(Path toml) throws IOException {
    return Handover.ready(
        "--env",
        "FDGATE_CONFIG=" + toml,
        "--env",
        "FDGATE_JAVA_OPTS=-Xmx1g",
        "--names",
        "http:echo",
        "tcp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0");
  }

  private void closeAll() throws IOException {
    for (SocketChannel each : dripping) {
      each.close();
    }
    for (SocketChannel each : deaf) {
      each.close();
    }
  }

  /** Heads without an end, answers that nobody reads, echoes that nobody reads. */
  private void attack(Handover fdgate) throws IOException {
    ByteBuffer much = ByteBuffer.allocate(256 * 1024);
    for (int i = 0; i < OF_A_KIND; i++) {
      SocketChannel head = connect(fdgate.port(0));
      head.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: a\r\nX: ".getBytes(ISO_8859_1)));
      dripping.add(head);
      if (i % 2 == 0) {
        SocketChannel reader = connect(fdgate.port(0));
        reader.write(
            ByteBuffer.wrap(
                "GET /bytes/10000000 HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1)));
        deaf.add(reader);
      } else {
        SocketChannel sender = connect(fdgate.port(1));
        sender.configureBlocking(false);
        sender.write(much.clear());
        deaf.add(sender);
      }
    }
  }

  private static SocketChannel connect(int port) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return channel;
  }

  private int next;

  /** One byte more of some heads, so that each gets one now and then. */
  private void drip() {
    long turns = OF_A_KIND * 20L / BETWEEN_DRIPS.toMillis();
    for (int i = 0; i < turns; i++) {
      next = (next + 1) % dripping.size();
      try {
        dripping.get(next).write(ByteBuffer.wrap(new byte[] {'x'}));
      } catch (IOException closed) {
        // fdgate had enough of it.
      }
    }
  }

  /** Clients that wait in the listener's queue would not be in anybody's way. */
  private static void awaitServed(Handover fdgate) {
    Path descriptors = Path.of("/proc/" + fdgate.pid() + "/fd");
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> {
          try (var each = Files.list(descriptors)) {
            return each.count() > 2 * OF_A_KIND;
          }
        });
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** In microseconds. */
  private static double percentile99(int port) throws IOException {
    long[] times = new long[REQUESTS];
    try (Client client = Client.connect(port)) {
      int length = client.send(REQUEST).receiveSome();
      for (int i = 0; i < REQUESTS; i++) {
        long began = System.nanoTime();
        client.send(REQUEST);
        for (int got = 0; got < length; ) {
          got += client.receiveSome();
        }
        times[i] = System.nanoTime() - began;
      }
    }
    Arrays.sort(times);
    return times[REQUESTS * 99 / 100] / 1e3;
  }

  /** What a process uses in so many seconds. */
  private static double processorSeconds(Handover fdgate, int seconds) throws Exception {
    ProcessHandle process = ProcessHandle.of(fdgate.pid()).orElseThrow();
    Duration before = process.info().totalCpuDuration().orElseThrow();
    TimeUnit.SECONDS.sleep(seconds);
    return process.info().totalCpuDuration().orElseThrow().minus(before).toMillis() / 1e3;
  }

  private static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
