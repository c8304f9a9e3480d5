package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reload, watchdog, state and idle exit, as a service manager sees them. */
final class SupervisionTest {
  private static final int RESETS = 20;
  private static final String[] ONE = {"--names", "calls", "tcp4:127.0.0.1:0"};

  @TempDir private Path folder;

  @Test
  void reloadIsForNewConnectionsAndTheNextDatagrams() throws Exception {
    write("[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate = start("--names", "calls:calls", "tcp4:127.0.0.1:0", "udp4:127.0.0.1:0");
        Client old = Client.connect(fdgate.port(0))) {
      assertThat(old.send("PING\n").receive(5)).isEqualTo("PING\n");
      assertThat(Socat.exchange("PING\n", "udp4:127.0.0.1:" + fdgate.port(1))).isEqualTo("PING\n");
      write("[sockets.calls]\nprotocol = \"line\"\n");
      long before = monotonicMicros();
      fdgate.signal("HUP");
      long told = Long.parseLong(fdgate.controlLine("notified RELOADING=1|MONOTONIC_USEC="));
      assertThat(told).isBetween(before, monotonicMicros());
      fdgate.awaitLine("reloaded: Serving line on 2 sockets");
      fdgate.controlLine("notified READY=1|STATUS=Serving line on 2 sockets: 1 open, ");
      assertThat(Socat.exchange("PING\n", "tcp4:127.0.0.1:" + fdgate.port(0)))
          .isEqualTo("OK PONG\n");
      assertThat(Socat.exchange("PING\n", "udp4:127.0.0.1:" + fdgate.port(1)))
          .isEqualTo("OK PONG\n");
      assertThat(old.send("PING\n").receive(5)).isEqualTo("PING\n");
    }
  }

  /** forward has the sockets of its connections, other protocols have channels. */
  @ParameterizedTest
  @ValueSource(strings = {"forward", "line"})
  void reloadMayChangeHowConnectionsAreTaken(String first) throws Exception {
    Path path = folder.resolve("backend.sock");
    String upstream = "upstream = 'unix:" + path + "'\n";
    write(table(first, upstream));
    try (Backend backend = Backend.unix(path);
        Handover fdgate = start(ONE)) {
      Forwarding.greet(backend, () -> {});
      String address = "tcp4:127.0.0.1:" + fdgate.port(0);
      assertThat(Socat.exchange("PING\n", address)).isEqualTo(answer(first));
      String second = first.equals("line") ? "forward" : "line";
      for (String protocol : List.of(second, first)) {
        write(table(protocol, upstream));
        fdgate.signal("HUP").awaitLine("reloaded: Serving " + protocol);
        assertThat(Socat.exchange("PING\n", address)).isEqualTo(answer(protocol));
        assertResetConnectionsLeaveNothing(fdgate);
      }
    }
  }

  /** Those that were reset before they are accepted. */
  private static void assertResetConnectionsLeaveNothing(Handover fdgate) throws Exception {
    long before = Forwarding.descriptors(fdgate);
    fdgate.signal("STOP");
    for (int i = 0; i < RESETS; i++) {
      Backend.reset(Backend.connect(fdgate.port(0)));
    }
    fdgate.signal("CONT");
    // Accepted behind them.
    assertThat(Socat.exchange("PING\n", "tcp4:127.0.0.1:" + fdgate.port(0))).isNotEmpty();
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(
            () -> assertThat(Forwarding.descriptors(fdgate)).isLessThanOrEqualTo(before));
    assertThat(fdgate.output()).doesNotContain("ERROR");
  }

  private static String table(String protocol, String upstream) {
    return "[sockets.calls]\nprotocol = '"
        + protocol
        + "'\n"
        + (protocol.equals("forward") ? upstream : "");
  }

  private static String answer(String protocol) {
    return protocol.equals("forward") ? "hello" : "OK PONG\n";
  }

  @ParameterizedTest
  @CsvSource({
    "'[sockets.calls]\nprotocol = \"echos\"', 'there is no such protocol'",
    "'threads = 0\n[sockets.calls]\nprotocol = \"line\"', 'threads is 0'",
    "'[sockets.others]\nprotocol = \"echo\"', 'this name chooses no protocol'",
  })
  void failedReloadChangesNothing(String toml, String fault) throws Exception {
    write("[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate = start(ONE)) {
      write(toml);
      fdgate.signal("HUP").awaitLine("reload failed, nothing is changed");
      assertThat(fdgate.output()).contains(fault);
      fdgate.controlLine("notified RELOADING=1|");
      assertThat(
              fdgate.controlLine(
                  "notified READY=1|STATUS=Serving echo on 1 socket: 0 open, 0 in all;"))
          .startsWith(" reload failed: ")
          .contains(fault);
      assertThat(Socat.exchange("PING\n", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("PING\n");
      write("[sockets.calls]\nprotocol = \"line\"\n");
      fdgate.signal("HUP").awaitLine("reloaded: Serving line");
      assertThat(Socat.exchange("PING\n", "tcp4:127.0.0.1:" + fdgate.port(0)))
          .isEqualTo("OK PONG\n");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void stateFollowsTheConnections() throws Exception {
    write("");
    try (Handover fdgate = start("--names", "echo:line", "tcp4:127.0.0.1:0", "tcp4:127.0.0.1:0")) {
      try (Client client = Client.connect(fdgate.port(0))) {
        assertThat(client.send("a").receive(1)).isEqualTo("a");
        fdgate.controlLine(
            "notified STATUS=Serving echo on 1 socket, line on 1 socket: 1 open, 1 in all;"
                + " echo 1 open, 1 in all; line 0 open, 0 in all");
      }
      fdgate.controlLine(
          "notified STATUS=Serving echo on 1 socket, line on 1 socket: 0 open, 1 in all;");
    }
  }

  @Test
  void longDrainAsksForMoreTime() throws Exception {
    write("[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate = start(ONE);
        Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.send("a").receive(1)).isEqualTo("a");
      fdgate.signal("TERM");
      assertThat(fdgate.controlLine("notified EXTEND_TIMEOUT_USEC="))
          .isEqualTo("10000000|STATUS=Stopping, 1 connection open");
      client.halfClose().receiveToEnd();
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"WATCHDOG_USEC=200000", "FDGATE_UNUSED="})
  void watchdogIsFedAtTheManagersPaceOrOurs(String variable) throws Exception {
    write(
        (variable.startsWith("WATCHDOG") ? "" : "watchdog_interval = \"100ms\"\n")
            + "[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate = start("--env", variable, "--names", "calls", "tcp4:127.0.0.1:0")) {
      fdgate.controlLine("notified WATCHDOG=1");
    }
  }

  @ParameterizedTest
  @CsvSource({"200000,1,''", "0,'',WATCHDOG_USEC is \"0\"", "infinity,'',WATCHDOG_USEC is"})
  void watchdogThatIsNotForUsIsNotFed(String usec, String pid, String fault) throws Exception {
    write("[sockets.calls]\nprotocol = \"echo\"\n");
    String forWhom = pid.isEmpty() ? "FDGATE_UNUSED=" : "WATCHDOG_PID=" + pid;
    try (Handover fdgate =
            start(
                "--env",
                "WATCHDOG_USEC=" + usec,
                "--env",
                forWhom,
                "--names",
                "calls",
                "tcp4:127.0.0.1:0");
        Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.send("a").receive(1)).isEqualTo("a");
      // It comes a second after the start.
      fdgate.controlLine("notified STATUS=");
      fdgate.signal("TERM");
      client.halfClose();
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.control()).doesNotContain("WATCHDOG=1");
      assertThat(fdgate.output()).contains(fault);
    }
  }

  @Test
  void idleServiceEndsAlsoWhenNobodyEverCame() throws Exception {
    write("idle_exit = \"200ms\"\n[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate =
        start("--names", "calls:calls", "tcp4:127.0.0.1:0", "udp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output())
          .contains("nobody came for 200 ms (idle_exit)", "StartLimitIntervalSec=0");
    }
  }

  @Test
  void connectionKeepsTheServiceFromEnding() throws Exception {
    write("idle_exit = \"50ms\"\n[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate = Handover.start(with(ONE));
        Client client = Client.connect(fdgate.port(0))) {
      // The first state comes a second after the start, twenty times as late as the end would.
      fdgate.controlLine("notified STATUS=Serving echo on 1 socket: 1 open, ");
      assertThat(client.send("a").halfClose().receiveToEnd()).isEqualTo("a".getBytes(UTF_8));
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  private Handover start(String... arguments) throws IOException {
    return Handover.ready(with(arguments));
  }

  private String[] with(String... arguments) {
    String[] all = new String[arguments.length + 4];
    all[0] = "--env";
    all[1] = "FDGATE_CONFIG=" + folder.resolve("fdgate.toml");
    all[2] = "--notify";
    all[3] = folder.resolve("notify").toString();
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return all;
  }

  private void write(String toml) throws IOException {
    Files.writeString(folder.resolve("fdgate.toml"), toml);
  }

  private static long monotonicMicros() throws IOException {
    Process python =
        new ProcessBuilder("python3", "-c", "import time; print(time.monotonic_ns() // 1000)")
            .start();
    return Long.parseLong(new String(python.getInputStream().readAllBytes(), UTF_8).strip());
  }
}
