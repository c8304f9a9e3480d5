package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service manager and the reader of its journal see. */
final class ServiceTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void firstSignalStopsInOrder(String signal) throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.signal(signal);
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).contains("stopping, 0 connections open");
    }
  }

  @Test
  void openConnectionsGoOnWhileDraining() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0");
        Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.send("a").receive(1)).isEqualTo("a");
      fdgate.signal("TERM");
      fdgate.awaitLine("stopping, 1 connection open");
      assertThat(client.send("b").receive(1)).isEqualTo("b");
      assertThat(client.halfClose().receiveToEnd()).isEmpty();
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).doesNotContain("drain_timeout");
    }
  }

  @Test
  void newConnectionsWaitForTheNextServiceWhileDraining() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0");
        Client open = Client.connect(fdgate.port(0))) {
      assertThat(open.send("a").receive(1)).isEqualTo("a");
      fdgate.signal("TERM");
      fdgate.awaitLine("stopping, 1 connection open");
      try (Client late = Client.connect(fdgate.port(0))) {
        assertThat(open.send("b").receive(1)).isEqualTo("b");
        open.close();
        assertThat(fdgate.awaitExit()).isZero();
        fdgate.acceptInHolder(0);
        assertThat(late.receiveToEnd()).isEmpty();
      }
    }
  }

  @Test
  void connectionsLeftAfterTheDrainTimeoutAreClosed() throws Exception {
    Path file = write("drain_timeout = \"300ms\"\n");
    try (Handover fdgate =
            Handover.ready(
                "--env", "FDGATE_CONFIG=" + file, "--names", "echo", "tcp4:127.0.0.1:0");
        Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.send("a").receive(1)).isEqualTo("a");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(client.receiveToEnd()).isEmpty();
      assertThat(fdgate.output())
          .contains("1 connection open after drain_timeout = 300 ms and closed now");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void secondSignalEndsAtOnce(String signal) throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0");
        Client client = Client.connect(fdgate.port(0))) {
      assertThat(client.send("a").receive(1)).isEqualTo("a");
      fdgate.signal("TERM");
      fdgate.awaitLine("stopping");
      fdgate.signal(signal);
      assertThat(fdgate.awaitExit()).isEqualTo(signal.equals("TERM") ? 143 : 130);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATH", "@fdgate-notify-"})
  void serviceManagerIsNotified(String kind) throws Exception {
    String name =
        kind.equals("PATH")
            ? folder.resolve("notify").toString()
            : kind + ProcessHandle.current().pid();
    try (Handover fdgate =
        Handover.ready(
            "--notify", name, "--names", "echo:echo", "tcp4:127.0.0.1:0", "udp4:127.0.0.1:0")) {
      assertThat(fdgate.controlLine("notified READY=1"))
          .isEqualTo("|STATUS=Serving echo on 2 sockets");
      fdgate.signal("TERM");
      assertThat(fdgate.controlLine("notified STOPPING=1"))
          .isEqualTo("|STATUS=Stopping, 0 connections open");
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void notifySocketThatIsNotOneIsLoggedAndTheServiceGoesOn() throws Exception {
    try (Handover fdgate =
        Handover.ready("--env", "NOTIFY_SOCKET=relative", "--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("NOTIFY_SOCKET is \"relative\": expected a path or @NAME");
      assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("x");
    }
  }

  @Test
  void notifySocketThatNobodyReadsIsLoggedAndTheServiceGoesOn() throws Exception {
    String nobody = "NOTIFY_SOCKET=" + folder.resolve("nobody");
    try (Handover fdgate = Handover.ready("--env", nobody, "--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("the service manager cannot be told \"READY=1\" through NOTIFY_SOCKET");
      assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("x");
    }
  }

  @Test
  void logHasOneLineForEachListenerAndOneWhenReady() throws Exception {
    try (Handover fdgate =
        Handover.ready("--names", "echo:echo", "tcp4:127.0.0.1:0", "udp4:127.0.0.1:0")) {
      assertThat(fdgate.output().lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .matches(".*Z INFO +serving echo on tcp 127\\.0\\.0\\.1:\\d+ \\(fd 3 .*"),
              line ->
                  assertThat(line)
                      .matches(".*Z INFO +serving echo on udp 127\\.0\\.0\\.1:\\d+ \\(fd 4 .*"),
              line ->
                  assertThat(line)
                      .matches(".*Z INFO +ready after \\d+ ms: Serving echo on 2 sockets"));
    }
  }

  /** conmon, as Podman sets "container", hands the lines on to journald. */
  @Test
  void logForTheJournalHasPrioritiesAndNoTimes() throws Exception {
    try (Handover fdgate =
        Handover.start(
            "--env", "container=podman", "--names", "echo:wrong", "tcp4:127.0.0.1:0", "closed:")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output().lines()).allMatch(line -> line.startsWith("<3>fd 4"));
    }
    try (Handover fdgate =
        Handover.ready("--env", "container=podman", "--names", "echo", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.output().lines())
          .allMatch(line -> Pattern.matches("<6>(serving|ready).*", line));
    }
  }

  private Path write(String toml) throws IOException {
    return Files.writeString(folder.resolve("fdgate.toml"), toml);
  }
}
