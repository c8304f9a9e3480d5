package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Started by systemd-socket-activate(1), on the first byte that a client sends. */
final class SocketActivateTest {
  // systemd-socket-activate takes no port 0: one that was free a moment ago.
  private final int port = freePort();
  @TempDir private Path folder;

  @Test
  void tcpWithAName() throws Exception {
    try (Activated fdgate = Activated.start("-l", "127.0.0.1:" + port, "--fdname=echo")) {
      assertThat(Socat.exchange("hello\n", "tcp4:127.0.0.1:" + port)).isEqualTo("hello\n");
      assertThat(fdgate.stop()).isZero();
    }
  }

  @Test
  void unixStreamAndTcpWithNamesOfTheirOwn() throws Exception {
    Path config =
        Files.writeString(folder.resolve("fdgate.toml"), "[sockets.calls]\nprotocol = \"echo\"\n");
    Path socket = folder.resolve("socket");
    try (Activated fdgate =
        Activated.start(
            "-l",
            "127.0.0.1:" + port,
            "-l",
            socket.toString(),
            "--fdname=echo:calls",
            "--setenv=FDGATE_CONFIG=" + config)) {
      assertThat(Socat.exchange("hello\n", "unix-connect:" + socket)).isEqualTo("hello\n");
      assertThat(Socat.exchange("hello\n", "tcp4:127.0.0.1:" + port)).isEqualTo("hello\n");
      assertThat(fdgate.stop()).isZero();
    }
  }

  @Test
  void datagrams() throws Exception {
    try (Activated fdgate =
        Activated.start("--datagram", "-l", "127.0.0.1:" + port, "--fdname=echo")) {
      assertThat(Socat.exchange("hello\n", "udp4:127.0.0.1:" + port)).isEqualTo("hello\n");
      assertThat(fdgate.stop()).isZero();
    }
  }

  @Test
  void aProcessForEachConnection() throws Exception {
    try (Activated fdgate =
        Activated.start("--accept", "-l", "127.0.0.1:" + port, "--fdname=echo")) {
      for (int i = 0; i < 2; i++) {
        assertThat(Socat.exchange("hello\n", "tcp4:127.0.0.1:" + port)).isEqualTo("hello\n");
      }
      fdgate.output().awaitLine("one connection");
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  /** A running systemd-socket-activate, which becomes fdgate unless it accepts by itself. */
  private record Activated(Process process, Output output) implements AutoCloseable {
    static Activated start(String... options) throws Exception {
      List<String> command = new ArrayList<>(List.of("systemd-socket-activate"));
      command.addAll(List.of(options));
      command.add("--setenv=FDGATE_JAVA_OPTS");
      command.add(Distribution.FDGATE);
      Process process = Distribution.process(command).start();
      Activated activated = new Activated(process, new Output(process.getErrorStream()));
      activated.output.awaitLine("Listening on");
      return activated;
    }

    int stop() throws Exception {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Distribution.assertClean(output.awaitEnd());
    }
  }
}
