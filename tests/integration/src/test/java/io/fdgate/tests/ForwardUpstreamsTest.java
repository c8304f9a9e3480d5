package io.fdgate.tests;

import static io.fdgate.tests.Backend.receive;
import static io.fdgate.tests.Backend.receiveAll;
import static io.fdgate.tests.Backend.send;
import static io.fdgate.tests.ForwardCase.text;
import static io.fdgate.tests.Forwarding.assertQuiet;
import static io.fdgate.tests.Forwarding.descriptors;
import static io.fdgate.tests.Forwarding.greet;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which upstream takes a connection, and what clients see while none does. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ForwardUpstreamsTest {
  @TempDir private Path folder;

  @Test
  void clientIsHeldUntilTheBackendStarts() throws Exception {
    Path path = folder.resolve("late.sock");
    try (Handover fdgate = forwarding().forward("'unix:" + path + "'");
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
        forwarding()
            .forward("'unix:" + folder.resolve("none") + "'", "connect_timeout = '300ms'")) {
      long start = System.nanoTime();
      try (SocketChannel client = Backend.connect(fdgate.port(0))) {
        send(client, text("anyone there?"));
        assertThat(receiveAll(client)).isEmpty();
      }
      assertThat(System.nanoTime() - start)
          .isBetween(TimeUnit.MILLISECONDS.toNanos(300), TimeUnit.SECONDS.toNanos(5));
      fdgate.awaitLine("no upstream took its connection in 300 ms (unix:");
    }
  }

  @Test
  void clientThatGivesUpWhileHeldCostsNothingMore() throws Exception {
    try (Handover fdgate = forwarding().forward("'unix:" + folder.resolve("none") + "'")) {
      long idle = descriptors(fdgate);
      SocketChannel client = Backend.connect(fdgate.port(0));
      send(client, text("never mind"));
      Awaitility.await()
          .atMost(5, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(descriptors(fdgate)).isGreaterThan(idle));
      Backend.reset(client);
      Awaitility.await()
          .atMost(5, TimeUnit.SECONDS)
          .untilAsserted(() -> assertThat(descriptors(fdgate)).isLessThanOrEqualTo(idle));
      assertQuiet(fdgate);
    }
  }

  @Test
  void connectionsGoToAllUpstreamsButNotToOneThatIsDown() throws Exception {
    try (Backend first = Backend.unix(folder.resolve("1"));
        Backend second = Backend.unix(folder.resolve("2"));
        Handover fdgate =
            forwarding()
                .forward("['unix:%1$s/1', 'unix:%1$s/none', 'unix:%1$s/2']".formatted(folder))) {
      int[] taken = new int[2];
      greet(first, () -> taken[0]++);
      greet(second, () -> taken[1]++);
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
            forwarding()
                .forward(
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
    try (Handover fdgate = forwarding().forward("'unix:@" + name + "'");
        SocketChannel client = Backend.connect(fdgate.port(0))) {
      send(client, text("hello"));
      assertThat(receiveAll(client)).isEqualTo(text("HELLO"));
    } finally {
      backend.destroy();
    }
  }

  @Test
  void upstreamsAreToldOfTheClientFirst() throws Exception {
    try (Backend backend = Backend.unix(folder.resolve("up"));
        Handover fdgate =
            forwarding().forward("'unix:" + folder.resolve("up") + "'", "proxy_protocol = 'v1'");
        SocketChannel client = Backend.connect(fdgate.port(0));
        SocketChannel accepted = backend.accept()) {
      int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
      String expected = "PROXY TCP4 127.0.0.1 127.0.0.1 " + port + " " + fdgate.port(0) + "\r\n";
      assertThat(receive(accepted, expected.length())).isEqualTo(text(expected));
      ForwardCase.BYTE_AT_A_TIME.run(client, accepted);
    }
  }

  @Test
  void wrongUpstreamsAreFaultsThatSayWhatIsExpected() throws Exception {
    for (String wrong : List.of("'redis:6379'", "'unix:relative'", "'tcp:host:0'", "[]", "7")) {
      Path file = forwarding().configuration(wrong);
      try (Handover fdgate = forwarding().handover(file, "--names", "f", "tcp4:127.0.0.1:0")) {
        fdgate.awaitLine("upstream");
        assertThat(fdgate.awaitExit()).isEqualTo(78);
        assertThat(fdgate.output()).contains("expected: ");
      }
    }
    Distribution.Ended checked =
        Distribution.run(
            "check", forwarding().configuration("['unix:/run/a', 'udp:53']").toString());
    assertThat(checked.status()).isEqualTo(78);
    assertThat(checked.out() + checked.err())
        .contains(":3: [sockets.f] upstream is [unix:/run/a, udp:53] (expected: unix:PATH");
  }

  private Forwarding forwarding() {
    return new Forwarding(folder);
  }
}
