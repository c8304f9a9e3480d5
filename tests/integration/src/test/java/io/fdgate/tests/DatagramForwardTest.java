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

import java.net.DatagramSocket;
import java.net.SocketAddress;
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
        Handover fdgate = forwarding().start(spec, udp(backend))) {
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
        Handover fdgate = forwarding().start("udp4:127.0.0.1:0", udp(backend));
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
        Handover fdgate = forwarding().start("udp4:127.0.0.1:0", udp(backend))) {
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
        Handover fdgate =
            forwarding().start("udp4:127.0.0.1:0", udp(backend), "session_timeout = '200ms'");
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
        Handover fdgate = forwarding().start("udp4:127.0.0.1:0", udp(backend), "max_sessions = 2");
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
        Handover fdgate = forwarding().start("udp4:127.0.0.1:0", udp(backend), "max_replies = 3");
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

  private Forwarding forwarding() {
    return new Forwarding(folder);
  }
}
