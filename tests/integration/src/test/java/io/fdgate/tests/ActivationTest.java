package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rules of sd_listen_fds_with_names(3), good and bad, as a service manager would break them.
 */
final class ActivationTest {
  @TempDir private Path folder;

  @Test
  void withoutSocketsItNamesTheThreeWaysToStart() throws Exception {
    Distribution.Ended ended = Distribution.run();
    assertThat(ended.status()).isOne();
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err())
        .contains(".socket unit")
        .contains("systemd-socket-activate -l 3000 --fdname=echo fdgate")
        .contains("fdgate demo");
  }

  @Test
  void socketsForAnotherProcessAreLeftAlone() throws Exception {
    try (Handover fdgate = Handover.start("--env", "LISTEN_PID=1", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output())
          .contains("LISTEN_PID is 1 and this is process " + fdgate.pid())
          .contains("--init");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LISTEN_PID=x|LISTEN_PID is \"x\"; expected a process id",
        "LISTEN_PID=|LISTEN_PID is \"\"; expected",
        "LISTEN_FDS=0|LISTEN_FDS is \"0\"; expected the number of sockets",
        "LISTEN_FDS=-1|LISTEN_FDS is \"-1\"; expected",
        "LISTEN_FDS=+1|LISTEN_FDS is \"+1\"; expected",
        "LISTEN_FDS=99999999999999999999|LISTEN_FDS is \"99999999999999999999\"; expected",
        "LISTEN_FDS=2147483647|LISTEN_FDS is \"2147483647\"; expected",
        "LISTEN_FDS=1x|LISTEN_FDS is \"1x\"; expected",
        "LISTEN_FDNAMES=a:b|LISTEN_FDNAMES has 2 names (\"a:b\") and LISTEN_FDS is 1",
        "LISTEN_FDNAMES=echo:|LISTEN_FDNAMES has 2 names (\"echo:\") and LISTEN_FDS is 1",
        "LISTEN_PIDFDID=x|LISTEN_PIDFDID is \"x\"; expected an unsigned 64-bit number",
      })
  void malformedVariableIsAFault(String variable, String fault) throws Exception {
    try (Handover fdgate =
        Handover.start("--names", "echo", "--env", variable, "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output()).contains(fault).doesNotContain("ready");
    }
  }

  @Test
  void malformedVariablesAreToldTogether() throws Exception {
    try (Handover fdgate =
        Handover.start("--env", "LISTEN_FDS=x", "--env", "LISTEN_PIDFDID=y", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output()).contains("LISTEN_FDS is").contains("LISTEN_PIDFDID is");
    }
  }

  @Test
  void pidfdOfAnEarlierProcessMeansNoSockets() throws Exception {
    try (Handover fdgate =
        Handover.start("--names", "echo", "--env", "LISTEN_PIDFDID=1", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output()).contains("LISTEN_PIDFDID is 1 and our pidfd has inode");
    }
  }

  @Test
  void pidfdOfThisProcessIsAccepted() throws Exception {
    try (Handover fdgate =
        Handover.startCommand(
            Handover.withPidfd(Distribution.FDGATE), "--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine(" ready after ");
    }
  }

  @Test
  void foreignDescriptorsAreFaultsThatNameTheDirective() throws Exception {
    try (Handover fdgate =
        Handover.start(
            "--names",
            "echo:a:b:c:d:e:f",
            "tcp4:127.0.0.1:0",
            "fifo:" + folder.resolve("fifo"),
            "file:" + folder.resolve("file"),
            "netlink:",
            "seqpacket:" + folder.resolve("seqpacket"),
            "closed:",
            "unlistened:")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output().lines().map(line -> line.replaceFirst(".*ERROR ", "")))
          .satisfiesExactly(
              line -> assertThat(line).startsWith("fd 4 (name \"a\")").contains("ListenFIFO="),
              line -> assertThat(line).startsWith("fd 5 (name \"b\")").contains("file"),
              line -> assertThat(line).startsWith("fd 6 (name \"c\")").contains("ListenNetlink="),
              line ->
                  assertThat(line)
                      .startsWith("fd 7 (name \"d\")")
                      .contains("ListenSequentialPacket="),
              line ->
                  assertThat(line)
                      .startsWith("fd 8 (name \"e\")")
                      .contains("nothing open at this number"),
              line -> assertThat(line).startsWith("fd 9 (name \"f\")").contains("ListenStream="),
              line -> assertThat(line).contains("6 faults, nothing is served"));
    }
  }

  @Test
  void listenerStaysOpenLinkedAndAsItWas() throws Exception {
    Path stream = folder.resolve("stream");
    Path datagram = folder.resolve("datagram");
    try (Handover fdgate =
        Handover.ready(
            "--names",
            "echo:echo:echo:echo:echo:echo",
            "tcp4:127.0.0.1:0",
            "unix:" + stream,
            "unixgram:" + datagram,
            "udp4:127.0.0.1:0",
            "tcp6:[::1]:0",
            "udp6:[::1]:0")) {
      assertThat(Socat.exchange("x", "unix-connect:" + stream)).isEqualTo("x");
      assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("x");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();

      assertThat(Files.exists(stream)).isTrue();
      assertThat(Files.exists(datagram)).isTrue();
      try (Client next = Client.connect(fdgate.port(0))) {
        fdgate.acceptInHolder(0);
        assertThat(next.receiveToEnd()).isEmpty();
      }
      for (int i = 0; i < 6; i++) {
        assertThat(fdgate.options(i)).hasSize(2);
        assertThat(fdgate.options(i).get(1)).isEqualTo(fdgate.options(i).get(0));
      }
    }
  }

  @Test
  void wildcardDatagramSocketKeepsAllButPacketInformation() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "udp4:0.0.0.0:0")) {
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.options(0).get(1))
          .isEqualTo(fdgate.options(0).get(0).replace(" pktinfo=0", " pktinfo=1"));
    }
  }

  @ParameterizedTest
  @CsvSource({"tcp4:127.0.0.1:0", "udp4:127.0.0.1:0", "tcp6:[::1]:0", "udp6:[::]:0"})
  void blockingSocketBecomesNonBlockingAndClosesOnExec(String spec) throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", spec)) {
      assertThat(flags(fdgate.pid()) & 04000).as("O_NONBLOCK").isNotZero();
      fdgate.awaitLine(" ready after ");
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> assertThat(flags(fdgate.pid()) & 02000000).as("FD_CLOEXEC").isNotZero());
    }
  }

  private static int flags(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/fdinfo/3")).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void acceptedConnectionIsServedAndItsEndIsTheServices() throws Exception {
    try (Handover fdgate = Handover.start("--names", "echo", "accepted:127.0.0.1:0")) {
      try (Client client = Client.connect(Integer.parseInt(fdgate.controlLine("connect ")))) {
        assertThat(client.send("one\n").receive(4)).isEqualTo("one\n");
        assertThat(client.send("two\n").halfClose().receiveToEnd()).hasSize(4);
      }
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).contains("one connection");
    }
  }

  @Test
  void acceptedConnectionThatIsGoneAlreadyIsNoFault() throws Exception {
    try (Handover fdgate = Handover.start("--names", "echo", "accepted-gone:127.0.0.1:0")) {
      try (Client client = Client.connect(Integer.parseInt(fdgate.controlLine("connect ")))) {
        client.reset();
      }
      assertThat(fdgate.awaitExit()).isZero();
    }
  }
}
