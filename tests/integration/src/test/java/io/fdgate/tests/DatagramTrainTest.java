package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that send many datagrams in one message (UDP_SEGMENT of udp(7)) and, where they ask for
 * it (UDP_GRO), see whether the answers came in one.
 */
final class DatagramTrainTest {
  private static final String CLIENT =
      """
      import contextlib, glob, os, signal, socket, struct, sys, time
      UDP_SEGMENT, UDP_GRO = 103, 104

      def client(gro=False, host="127.0.0.1"):
          s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
          s.settimeout(10)
          s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
          s.setsockopt(socket.IPPROTO_UDP, UDP_GRO, int(gro))
          return s

      def connected(port, gro=False, host="127.0.0.1"):
          s = client(gro, host)
          s.connect((host, int(port)))
          return s

      def send(s, datagrams, *address):
          size = struct.pack("H", len(datagrams[0]))
          control = [(socket.IPPROTO_UDP, UDP_SEGMENT, size)]
          s.sendmsg([b"".join(datagrams)], control, 0, *address)

      def receive(s):
          content, control, flags, sender = s.recvmsg(1 << 17, 256)
          size = struct.unpack("i", control[0][2])[0] if control else len(content)
          return [content[i : i + size] for i in range(0, len(content) or 1, size or 1)]

      def receive_all(s, count):
          messages = []
          while sum(map(len, messages)) < count:
              messages.append(receive(s))
          return messages, sum(messages, [])

      @contextlib.contextmanager
      def held_up(pid):
          os.kill(int(pid), signal.SIGSTOP)
          try:
              while any(open(f).read().rpartition(")")[2].split()[0] != "T"
                        for f in glob.glob(f"/proc/{pid}/task/*/stat")):
                  time.sleep(0.001)
              yield
          finally:
              os.kill(int(pid), signal.SIGCONT)

      """;

  @ParameterizedTest
  @CsvSource({
    "udp4:127.0.0.1:0, 127.0.0.1",
    "udp6:[::1]:0, ::1",
    "udp4:0.0.0.0:0, 127.0.0.2",
    "udp6:[::]:0, 127.0.0.2",
    "udp6:[::]:0, ::1"
  })
  void trainComesBackAsSingleDatagramsInOrder(String spec, String asked) throws Exception {
    String script =
        CLIENT
            + """
            host, port = sys.argv[1:]
            s = connected(port, host=host)
            for size, count, last in ((1200, 16, 7), (1, 64, 1), (1000, 64, 1000), (700, 2, 1)):
                sent = [os.urandom(size) for _ in range(count - 1)] + [os.urandom(last)]
                send(s, sent)
                answers = [s.recv(1 << 17) for _ in sent]
                assert answers == sent, (size, list(map(len, answers)))
            """;
    try (Handover fdgate = Handover.ready("--names", "echo", spec)) {
      Python.run(script, asked, fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("146 datagrams received, 146 sent")
          .doesNotContain("dropped");
    }
  }

  /** One by one, a fourth of them would fill the receive buffer while fdgate does not read. */
  @Test
  void trainsTakeTheRoomOfOneMessageAndAreAnsweredAsOne() throws Exception {
    String script =
        CLIENT
            + """
            s = connected(sys.argv[1], gro=True)
            trains = [[os.urandom(16) for _ in range(64)] for _ in range(20)]
            with held_up(sys.argv[2]):
                for train in trains:
                    send(s, train)
            for train in trains:
                assert receive(s) == train
            """;
    try (Handover fdgate = Handover.ready("--names", "echo", "udp4:127.0.0.1:0")) {
      Python.run(script, fdgate.port(0), fdgate.pid());
      assertThat(stopped(fdgate))
          .contains("1280 datagrams received, 1280 sent")
          .doesNotContain("dropped");
    }
  }

  @Test
  void datagramsOfAnySizesAndSendersAreAnsweredInOrder() throws Exception {
    String script =
        CLIENT
            + """
            one, other = connected(sys.argv[1], gro=True), connected(sys.argv[1], gro=True)
            sizes = (9, 9, 9, 5, 9, 9, 0, 0, 9, 12, 12, 1, 1, 30000, 30000, 30000, 2)
            sent = [os.urandom(size) for size in sizes]
            with held_up(sys.argv[2]):
                for datagram in sent[:8]:
                    one.send(datagram)
                for datagram in sent:
                    other.send(datagram)
                for datagram in sent[8:]:
                    one.send(datagram)
            for s in (one, other):
                messages, answers = receive_all(s, len(sent))
                assert answers == sent, list(map(len, answers))
            # No segment but the last is shorter, none is empty, and all together are a datagram.
            lengths = [list(map(len, each)) for each in messages]
            assert lengths == [[9, 9, 9, 5], [9, 9], [0], [0], [9], [12, 12, 1], [1],
                               [30000, 30000], [30000, 2]], lengths
            """;
    try (Handover fdgate = Handover.ready("--names", "echo", "udp4:127.0.0.1:0")) {
      Python.run(script, fdgate.port(0), fdgate.pid());
    }
  }

  /** The datagrams of one client that wrote to two addresses cannot leave as one train. */
  @ParameterizedTest
  @CsvSource({"udp4:0.0.0.0:0", "udp6:[::]:0"})
  void answersLeaveFromTheAddressThatWasAsked(String spec) throws Exception {
    String script =
        CLIENT
            + """
            s, port = client(), int(sys.argv[1])
            asked = ["127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.1", "127.0.0.2"]
            with held_up(sys.argv[2]):
                for host in asked:
                    send(s, [host.encode()] * 3, (host, port))
            for host in asked:
                for _ in range(3):
                    assert s.recvfrom(100) == (host.encode(), (host, port))
            """;
    try (Handover fdgate = Handover.ready("--names", "echo", spec)) {
      Python.run(script, fdgate.port(0), fdgate.pid());
    }
  }

  /** Each request of a train has its answer, and those of one size are a train again. */
  @Test
  void linesAreAnsweredOneByOne() throws Exception {
    String script =
        CLIENT
            + """
            requests = [b"ECHO %03d" % i for i in range(39)] + [b"PING"]
            expected = [b"OK %03d\\n" % i for i in range(39)] + [b"OK PONG\\n"]
            s = connected(sys.argv[1], gro=True)
            send(s, requests)
            messages, answers = receive_all(s, 40)
            assert answers == expected, answers
            assert list(map(len, messages)) == [39, 1], messages
            """;
    try (Handover fdgate = Handover.ready("--names", "line", "udp4:127.0.0.1:0")) {
      Python.run(script, fdgate.port(0));
      assertThat(stopped(fdgate)).contains("40 datagrams received, 40 sent");
    }
  }

  /** The answers are longer than what they are gathered in. */
  @Test
  void linesWithLongAnswersAreAllAnswered() throws Exception {
    String script =
        CLIENT
            + """
            requests = [b"ECHO " + b"%02d" % i + b"x" * 893 for i in range(64)]
            s = connected(sys.argv[1])
            with held_up(sys.argv[2]):
                for round in range(2):
                    send(s, requests)
            for request in 2 * requests:
                assert s.recv(1 << 17) == request.replace(b"ECHO", b"OK") + b"\\n"
            """;
    try (Handover fdgate = Handover.ready("--names", "line", "udp4:127.0.0.1:0")) {
      Python.run(script, fdgate.port(0), fdgate.pid());
      assertThat(stopped(fdgate)).contains("128 datagrams received, 128 sent");
    }
  }

  /**
   * Without checksums (SO_NO_CHECK) the kernel refuses trains, as it does where a path is narrow.
   */
  @Test
  void answersGoOneByOneWhereTheKernelRefusesATrain() throws Exception {
    String unchecked =
        """
        import os, socket, sys
        s = socket.socket(fileno=3)
        s.setsockopt(socket.SOL_SOCKET, 11, 1)
        s.detach()
        os.execv(sys.argv[1], sys.argv[1:])
        """;
    String script =
        CLIENT
            + """
            s = connected(sys.argv[1], gro=True)
            sent = [os.urandom(500) for _ in range(40)] + [b"end"]
            send(s, sent)
            assert [receive(s) for _ in sent] == [[each] for each in sent]
            """;
    try (Handover fdgate =
        Handover.startCommand(
            List.of("/usr/bin/python3", "-c", unchecked, Distribution.FDGATE),
            "--names",
            "echo",
            "udp4:127.0.0.1:0")) {
      fdgate.awaitLine(" ready after ");
      Python.run(script, fdgate.port(0));
      assertThat(stopped(fdgate))
          .contains("41 datagrams received, 41 sent")
          .doesNotContain("dropped");
    }
  }

  private static String stopped(Handover fdgate) throws Exception {
    fdgate.signal("TERM");
    assertThat(fdgate.awaitExit()).isZero();
    return fdgate.output();
  }
}
