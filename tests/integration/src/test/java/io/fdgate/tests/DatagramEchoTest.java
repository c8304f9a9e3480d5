package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Datagrams of every size, from every kind of sender, on every kind of socket. The clients are
 * Python's: a connected Java socket sends no empty datagrams.
 */
final class DatagramEchoTest {
  /** A connected client takes answers only from the address that it wrote to. */
  private static final String EVERY_SIZE =
      """
      import os, socket, sys
      host, port = sys.argv[1:]
      s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
      s.settimeout(10)
      s.connect((host, int(port)))
      for size in (0, 1, 512, 2048, 2049, 9000, 65507, 0, 5):
          sent = os.urandom(size)
          s.send(sent)
          answer = s.recv(1 << 17)
          assert answer == sent, (size, len(answer))
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "udp4:127.0.0.1:0, 127.0.0.1",
    "udp6:[::1]:0, ::1",
    "udp4:0.0.0.0:0, 127.0.0.1",
    "udp4:0.0.0.0:0, 127.0.0.2",
    "udp4:0.0.0.0:0, 127.1.2.3",
    "udp6:[::]:0, 127.0.0.2",
    "udp6:[::]:0, ::1"
  })
  void everySizeComesBackWholeFromTheAddressThatWasAsked(String spec, String asked)
      throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", spec)) {
      Python.run(EVERY_SIZE, asked, fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("9 datagrams received, 9 sent")
          .doesNotContain("dropped");
    }
  }

  @Test
  void burstsComeBackComplete() throws Exception {
    String client =
        """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(10)
        s.connect(("127.0.0.1", int(sys.argv[1])))
        for round in range(20):
            # No more than fit in the default receive buffer.
            sent = [b"%d %d" % (round, i) for i in range(100)]
            for each in sent:
                s.send(each)
            assert [s.recv(100) for _ in sent] == sent
        """;
    try (Handover fdgate = Handover.ready("--names", "echo", "udp4:127.0.0.1:0")) {
      Python.run(client, fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("2000 datagrams received, 2000 sent")
          .doesNotContain("dropped");
    }
  }

  /** The sender's address is the server's own: an answer would go round for ever. */
  @Test
  void datagramThatClaimsToComeFromTheSocketItselfIsDropped() throws Exception {
    String forge =
        """
        import os, socket, sys
        s = socket.fromfd(3, socket.AF_INET, socket.SOCK_DGRAM)
        s.sendto(b"loop", s.getsockname())
        os.execv(sys.argv[1], sys.argv[1:])
        """;
    try (Handover fdgate =
        Handover.startCommand(
            List.of("/usr/bin/python3", "-c", forge, Distribution.FDGATE),
            "--names",
            "echo",
            "udp4:127.0.0.1:0")) {
      fdgate.awaitLine(" ready after ");
      Python.run(EVERY_SIZE, "127.0.0.1", fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("10 datagrams received, 9 sent, 1 dropped (sent by this socket itself)");
    }
  }

  @Test
  void unixDatagramsOfEverySizeComeBackWhole() throws Exception {
    String client =
        """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.settimeout(10)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        s.bind(sys.argv[2])
        for size in (0, 1, 2049, 65507, 100000, 150000):
            sent = os.urandom(size)
            s.sendto(sent, sys.argv[1])
            answer, peer = s.recvfrom(1 << 20)
            assert answer == sent, (size, len(answer))
            assert peer == sys.argv[1], peer
        """;
    try (Handover fdgate = unix()) {
      Python.run(client, server(), folder.resolve("client"));
      assertThat(stopped(fdgate))
          .contains("6 datagrams received, 6 sent")
          .doesNotContain("dropped");
    }
  }

  @Test
  void unixClientWithoutAnAddressOrWithOneThatIsGoneIsCountedAndDropped() throws Exception {
    String client =
        """
        import os, socket, sys
        server, path = sys.argv[1:]
        unnamed = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        unnamed.sendto(b"nameless", server)
        gone = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        gone.bind(path)
        gone.sendto(b"gone", server)
        gone.close()
        os.unlink(path)
        """;
    try (Handover fdgate = unix()) {
      // Held up, the server sees the datagrams when their senders have gone.
      fdgate.signal("STOP");
      Python.run(client, server(), folder.resolve("client"));
      fdgate.signal("CONT");
      String address = "unix-sendto:" + server() + ",bind=" + folder.resolve("other");
      assertThat(Socat.exchange("still here\n", address)).isEqualTo("still here\n");
      assertThat(stopped(fdgate))
          .contains(
              "3 datagrams received, 1 sent, 1 dropped (no reply address), 1 dropped (peer"
                  + " unreachable)");
    }
  }

  /** One peer that never reads must not hold up the others. */
  @Test
  void unixClientThatNeverReadsIsDroppedAndHurtsNoOther() throws Exception {
    String client =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[2])
        for i in range(2000):
            s.sendto(b"unread", sys.argv[1])
        other = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        other.settimeout(10)
        other.bind(sys.argv[2] + "-other")
        other.sendto(b"read", sys.argv[1])
        assert other.recv(10) == b"read"
        """;
    try (Handover fdgate = unix()) {
      Python.run(client, server(), folder.resolve("client"));
      assertThat(stopped(fdgate)).contains("2001 datagrams received").contains("peer's queue full");
    }
  }

  @Test
  void unixDatagramOverTheLongestIsCountedAndNotCutSilently() throws Exception {
    String client =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        s.settimeout(10)
        s.bind(sys.argv[2])
        s.sendto(bytes(300000), sys.argv[1])
        s.sendto(b"next", sys.argv[1])
        assert s.recv(1 << 20) == b"next"
        """;
    try (Handover fdgate = unix()) {
      Python.run(client, server(), folder.resolve("client"));
      assertThat(stopped(fdgate)).contains("2 datagrams received, 1 sent, 1 dropped (too long)");
    }
  }

  /** A peer could fill our descriptor table with SCM_RIGHTS messages. */
  @Test
  void descriptorsThatAPeerSendsAreNotTaken() throws Exception {
    String client =
        """
        import array, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.settimeout(10)
        s.bind(sys.argv[2])
        s.connect(sys.argv[1])
        for i in range(100):
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))
            s.sendmsg([b"take this"], [rights])
            assert s.recv(100) == b"take this"
        """;
    try (Handover fdgate = unix()) {
      Path open = Path.of("/proc/" + fdgate.pid() + "/fd");
      long before = count(open);
      Python.run(client, server(), folder.resolve("client"));
      assertThat(count(open)).isLessThan(before + 10);
    }
  }

  private Handover unix() throws IOException {
    return Handover.ready("--names", "echo", "unixgram:" + server());
  }

  private Path server() {
    return folder.resolve("server");
  }

  private static String stopped(Handover fdgate) throws Exception {
    fdgate.signal("TERM");
    assertThat(fdgate.awaitExit()).isZero();
    return fdgate.output();
  }

  private static long count(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.count();
    }
  }
}
