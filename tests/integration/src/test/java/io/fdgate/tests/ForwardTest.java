package io.fdgate.tests;

import static io.fdgate.tests.Backend.receive;
import static io.fdgate.tests.Backend.receiveAll;
import static io.fdgate.tests.Backend.send;
import static io.fdgate.tests.ForwardCase.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
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
        Handover fdgate = forward("'tcp:127.0.0.1:" + backend.port() + "'")) {
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
  void clientIsHeldUntilTheBackendStarts() throws Exception {
    Path path = folder.resolve("late.sock");
    try (Handover fdgate = forward("'unix:" + path + "'");
        SocketChannel client = Backend.connect(fdgate.port(0))) {
      send(client, text("early"));
      client.shutdownOutput();
      TimeUnit.MILLISECONDS.sleep(500);
      try (Backend backend = Backend.unix(path);
          SocketChannel accepted = backend.accept()) {
        assertThat(receiveAll(accepted)).isEqualTo(text("early"));
        send(accepted, text("late"));
        accepted.close();
        assertThat(receiveAll(client)).isEqualTo(text("late"));
      }
      assertQuiet(fdgate);
    }
  }

  @Test
  void clientOfARefusingBackendIsClosedCleanlyInTime() throws Exception {
    try (Handover fdgate =
            forward("'unix:" + folder.resolve("none") + "'", "connect_timeout = '300ms'");
        SocketChannel client = Backend.connect(fdgate.port(0))) {
      send(client, text("anyone there?"));
      long start = System.nanoTime();
      assertThat(receiveAll(client)).isEmpty();
      assertThat(System.nanoTime() - start)
          .isBetween(TimeUnit.MILLISECONDS.toNanos(250), TimeUnit.SECONDS.toNanos(5));
      fdgate.awaitLine("no upstream took its connection in 300 ms (unix:");
    }
  }

  @Test
  void connectionsGoToAllUpstreamsButNotToOneThatIsDown() throws Exception {
    try (Backend first = Backend.unix(folder.resolve("1"));
        Backend second = Backend.unix(folder.resolve("2"));
        Handover fdgate =
            forward("['unix:%1$s/1', 'unix:%1$s/none', 'unix:%1$s/2']".formatted(folder))) {
      int[] taken = new int[2];
      serve(first, () -> taken[0]++);
      serve(second, () -> taken[1]++);
      for (int i = 0; i < 30; i++) {
        try (SocketChannel client = Backend.connect(fdgate.port(0))) {
          assertThat(receiveAll(client)).isEqualTo(text("hello"));
        }
      }
      assertThat(taken[0] + taken[1]).isEqualTo(30);
      assertThat(taken[0]).isBetween(8, 22);
      assertQuiet(fdgate);
    }
  }

  @Test
  void leastConnectionsFillsTheEmptier() throws Exception {
    try (Backend first = Backend.unix(folder.resolve("1"));
        Backend second = Backend.unix(folder.resolve("2"));
        Handover fdgate =
            forward(
                "['unix:%1$s/1', 'unix:%1$s/2']".formatted(folder),
                "balance = 'least-connections'");
        SocketChannel one = Backend.connect(fdgate.port(0));
        SocketChannel ofFirst = first.accept();
        SocketChannel two = Backend.connect(fdgate.port(0));
        SocketChannel ofSecond = second.accept()) {
      ofSecond.close();
      assertThat(receiveAll(two)).isEmpty();
      two.close();
      for (int i = 0; i < 5; i++) {
        TimeUnit.MILLISECONDS.sleep(50);
        try (SocketChannel next = Backend.connect(fdgate.port(0));
            SocketChannel accepted = second.accept()) {
          send(accepted, text("second"));
          assertThat(receive(next, 6)).isEqualTo(text("second"));
        }
      }
      assertThat(one.isOpen() && ofFirst.isOpen()).isTrue();
    }
  }

  @Test
  void worksWhereNoInternetSocketCanBeOpened() throws Exception {
    Path path = folder.resolve("up");
    try (Backend backend = Backend.unix(path)) {
      Path file = configuration("'unix:" + path + "'");
      try (Handover fdgate =
          Handover.startCommand(
              List.of(Distribution.FDGATE, "--config", file.toString()),
              "--deny-inet",
              "EAFNOSUPPORT",
              "--names",
              "f:f",
              "tcp4:127.0.0.1:0",
              "unix:" + folder.resolve("in"))) {
        fdgate.awaitLine("ready after ");
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
        Handover fdgate = start("'unix:" + path + "'", "unix:" + in)) {
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
  void abstractUpstream() throws Exception {
    String name = "fdgate-test-" + ProcessHandle.current().pid();
    String script =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX); s.bind("\\0" + sys.argv[1]); s.listen()
        print("up", flush=True)
        c, _ = s.accept(); c.sendall(c.recv(100).upper())
        """;
    Process backend = new ProcessBuilder("/usr/bin/python3", "-c", script, name).start();
    try (Handover fdgate = forward("'unix:@" + name + "'");
        SocketChannel client = Backend.connect(fdgate.port(0))) {
      send(client, text("hello"));
      assertThat(receiveAll(client)).isEqualTo(text("HELLO"));
    } finally {
      backend.destroy();
    }
  }

  @Test
  void drainLetsConnectionsGoOn() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate = forward("'unix:" + folder.resolve("up") + "'");
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
        Handover fdgate = forward("'unix:" + folder.resolve("up") + "'", "idle_timeout = '400ms'");
        SocketChannel client = Backend.connect(fdgate.port(0));
        SocketChannel accepted = backend.accept()) {
      for (int i = 0; i < 4; i++) {
        TimeUnit.MILLISECONDS.sleep(200);
        send(client, text("x"));
        receive(accepted, 1);
      }
      assertThat(receiveAll(client)).isEmpty();
      assertThat(receiveAll(accepted)).isEmpty();
    }
  }

  @Test
  void upstreamsAreToldOfTheClientFirst() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate = forward("'unix:" + folder.resolve("up") + "'", "proxy_protocol = 'v1'");
        SocketChannel client = Backend.connect(fdgate.port(0));
        SocketChannel accepted = backend.accept()) {
      int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
      String expected = "PROXY TCP4 127.0.0.1 127.0.0.1 " + port + " " + fdgate.port(0) + "\r\n";
      assertThat(receive(accepted, expected.length())).isEqualTo(text(expected));
      ForwardCase.BYTE_AT_A_TIME.run(client, accepted);
    }
  }

  @Test
  void clientThatGivesUpWhileHeldCostsNothingMore() throws Exception {
    try (Handover fdgate = forward("'unix:" + folder.resolve("none") + "'");
        SocketChannel client = Backend.connect(fdgate.port(0))) {
      long before = sockets(fdgate);
      send(client, text("never mind"));
      Backend.reset(client);
      Awaitility.await()
          .atMost(5, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(sockets(fdgate)).isLessThan(before));
      assertQuiet(fdgate);
    }
  }

  @Test
  void manyClientsAtOnceAndNoDescriptorIsLeftBehind() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate = forward("'unix:" + folder.resolve("up") + "'")) {
      long before = sockets(fdgate);
      serve(backend, () -> {});
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
          .untilAsserted(() -> assertThat(sockets(fdgate)).isLessThanOrEqualTo(before));
      assertQuiet(fdgate);
    }
  }

  @Test
  void wrongUpstreamsAreFaultsThatSayWhatIsExpected() throws Exception {
    for (String wrong : List.of("'redis:6379'", "'unix:relative'", "'tcp:host:0'", "[]", "7")) {
      Path file = configuration(wrong);
      try (Handover fdgate =
          Handover.startCommand(
              List.of(Distribution.FDGATE, "--config", file.toString()),
              "--names",
              "f",
              "tcp4:127.0.0.1:0")) {
        fdgate.awaitLine("upstream");
        assertThat(fdgate.awaitExit()).isEqualTo(78);
        assertThat(fdgate.output()).contains("expected: ");
      }
    }
    Distribution.Ended checked =
        Distribution.run("check", configuration("['unix:/run/a', 'udp:53']").toString());
    assertThat(checked.status()).isEqualTo(78);
    assertThat(checked.out() + checked.err())
        .contains(":3: [sockets.f] upstream is [unix:/run/a, udp:53] (expected: unix:PATH");
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

  /** Greets each client and closes. */
  private static void serve(Backend backend, Runnable taken) {
    Background.start(() -> {
      while (true) {
        try (SocketChannel accepted = backend.accept()) {
          taken.run();
          send(accepted, text("hello"));
        }
      }
    });
  }

  private Handover forward(String upstream, String... settings) throws IOException {
    return start(upstream, "tcp4:127.0.0.1:0", settings);
  }

  private Handover start(String upstream, String socket, String... settings) throws IOException {
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

  private static SocketChannel unix(Path path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static void assertQuiet(Handover fdgate) {
    assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
  }

  private static long sockets(Handover fdgate) throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/" + fdgate.pid() + "/fd"))) {
      return descriptors.count();
    }
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
