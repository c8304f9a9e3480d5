package io.fdgate.tests;

import static io.fdgate.tests.Backend.receive;
import static io.fdgate.tests.Backend.receiveAll;
import static io.fdgate.tests.Backend.send;
import static io.fdgate.tests.ForwardCase.text;
import static io.fdgate.tests.Forwarding.assertQuiet;
import static io.fdgate.tests.Forwarding.descriptors;
import static io.fdgate.tests.Forwarding.greet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections carried to other programs. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ForwardTest {
  private static final Path SOCKET_PROXYD = Path.of("/lib/systemd/systemd-socket-proxyd");

  @TempDir private Path folder;

  @Test
  void everyCaseHoldsWhereSocketProxydFailsInSome() throws Exception {
    Map<ForwardCase, String> ours = new EnumMap<>(ForwardCase.class);
    Map<ForwardCase, String> theirs = new EnumMap<>(ForwardCase.class);
    try (Backend backend = Backend.tcp();
        Handover fdgate = forwarding().forward("'tcp:127.0.0.1:" + backend.port() + "'")) {
      long before = residentKib(fdgate);
      for (ForwardCase each : ForwardCase.values()) {
        ours.put(each, outcome(each, fdgate, backend));
      }
      assertThat(residentKib(fdgate) - before).isLessThan(32 * 1024);
      assertQuiet(fdgate);
    }
    if (Files.isExecutable(SOCKET_PROXYD)) {
      try (Backend backend = Backend.tcp();
          Handover proxyd =
              Handover.startCommand(
                  List.of(SOCKET_PROXYD.toString(), "127.0.0.1:" + backend.port()),
                  "tcp4:127.0.0.1:0")) {
        for (ForwardCase each : ForwardCase.values()) {
          theirs.put(each, outcome(each, proxyd, backend));
        }
      }
    }
    System.out.println(table(ours, theirs));
    assertThat(ours.values()).containsOnly("holds");
  }

  @Test
  void worksWhereNoInternetSocketCanBeOpened() throws Exception {
    Path path = folder.resolve("up");
    try (Backend backend = Backend.unix(path)) {
      try (Handover fdgate =
          forwarding()
              .startWithoutInternet(
                  "'unix:" + path + "'", "tcp4:127.0.0.1:0", "unix:" + folder.resolve("in"))) {
        try (SocketChannel client = Backend.connect(fdgate.port(0));
            SocketChannel accepted = backend.accept()) {
          ForwardCase.CLIENT_HALF_CLOSES.run(client, accepted);
        }
        try (SocketChannel client = unix(folder.resolve("in"));
            SocketChannel accepted = backend.accept()) {
          ForwardCase.LARGE_UPLOAD.run(client, accepted);
        }
        assertQuiet(fdgate);
      }
    }
  }

  @Test
  void unixClientsMayLeaveBeforeTheirBytesDo() throws Exception {
    Path path = folder.resolve("up");
    Path in = folder.resolve("in");
    try (Backend backend = Backend.unix(path);
        Handover fdgate = forwarding().start("unix:" + in, "'unix:" + path + "'")) {
      byte[] sent = Backend.bytes(150_000);
      try (SocketChannel client = unix(in)) {
        send(client, sent);
      }
      try (SocketChannel accepted = backend.accept()) {
        TimeUnit.MILLISECONDS.sleep(200);
        assertThat(receiveAll(accepted)).isEqualTo(sent);
        // And the backend hears that nobody is there.
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    send(accepted, text("to nobody"));
                    TimeUnit.MILLISECONDS.sleep(10);
                  }
                })
            .isInstanceOf(IOException.class);
      }
      assertThat(cpuMillis(fdgate, 500)).isLessThan(200);
    }
  }

  @Test
  void drainLetsConnectionsGoOn() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate = forwarding().forward("'unix:" + folder.resolve("up") + "'");
        SocketChannel client = Backend.connect(fdgate.port(0));
        SocketChannel accepted = backend.accept()) {
      fdgate.signal("TERM").awaitLine("stop");
      TimeUnit.MILLISECONDS.sleep(300);
      ForwardCase.BYTE_AT_A_TIME.run(client, accepted);
      ForwardCase.CLIENT_HALF_CLOSES.run(client, accepted);
      client.close();
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void idleConnectionsAreClosed() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate =
            forwarding().forward("'unix:" + folder.resolve("up") + "'", "idle_timeout = '2s'");
        SocketChannel client = Backend.connect(fdgate.port(0));
        SocketChannel accepted = backend.accept()) {
      for (int i = 0; i < 4; i++) {
        TimeUnit.MILLISECONDS.sleep(700);
        send(client, text("x"));
        receive(accepted, 1);
      }
      assertThat(receiveAll(client)).isEmpty();
      assertThat(receiveAll(accepted)).isEmpty();
    }
  }

  @Test
  void manyClientsAtOnceAndNoDescriptorIsLeftBehind() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate = forwarding().forward("'unix:" + folder.resolve("up") + "'")) {
      long before = descriptors(fdgate);
      greet(backend, () -> {});
      List<SocketChannel> clients = new ArrayList<>();
      for (int i = 0; i < 1_500; i++) {
        clients.add(Backend.connect(fdgate.port(0)));
      }
      for (SocketChannel client : clients) {
        assertThat(receiveAll(client)).isEqualTo(text("hello"));
        client.close();
      }
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(descriptors(fdgate)).isLessThanOrEqualTo(before));
      assertQuiet(fdgate);
    }
  }

  private Forwarding forwarding() {
    return new Forwarding(folder);
  }

  private static String outcome(ForwardCase each, Handover proxy, Backend backend)
      throws Exception {
    FutureTask<String> run =
        Background.start(() -> {
          try (SocketChannel client = Backend.connect(proxy.port(0));
              SocketChannel accepted = backend.accept()) {
            each.run(client, accepted);
            return "holds";
          }
        });
    try {
      return run.get(20, TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      run.cancel(true);
      return "hangs";
    } catch (ExecutionException failed) {
      String why = String.valueOf(failed.getMessage()).replaceAll("^[\\w.]*[.]|\\s+", " ").strip();
      return "fails: " + why.substring(0, Math.min(80, why.length()));
    }
  }

  private static String table(Map<ForwardCase, String> ours, Map<ForwardCase, String> theirs) {
    StringBuilder table =
        new StringBuilder("%n%-52s %-10s %s%n".formatted("", "fdgate", "systemd-socket-proxyd"));
    ours.forEach((each, outcome) ->
        table.append(
            "%-52s %-10s %s%n"
                .formatted(each, outcome, theirs.getOrDefault(each, "not installed"))));
    return table.toString();
  }

  private static SocketChannel unix(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static long residentKib(Handover fdgate) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + fdgate.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** The processor time that fdgate takes in a span, in ms. */
  private static long cpuMillis(Handover fdgate, long spanMillis) throws Exception {
    ProcessHandle.Info process =
        ProcessHandle.of(fdgate.pid()).orElseThrow(AssertionError::new).info();
    long before = process.totalCpuDuration().orElseThrow().toMillis();
    TimeUnit.MILLISECONDS.sleep(spanMillis);
    process = ProcessHandle.of(fdgate.pid()).orElseThrow(AssertionError::new).info();
    return process.totalCpuDuration().orElseThrow().toMillis() - before;
  }
}
