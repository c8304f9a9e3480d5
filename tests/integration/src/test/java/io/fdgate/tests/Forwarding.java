package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * fdgate with sockets named f that it forwards.
 *
 * @param folder for its configuration
 */
record Forwarding(Path folder) {
  /** A listening TCP socket, and an upstream as TOML has it; serves. */
  Handover forward(String upstream, String... settings) throws IOException {
    return start("tcp4:127.0.0.1:0", upstream, settings);
  }

  /** A socket of any kind; serves. */
  Handover start(String socket, String upstream, String... settings) throws IOException {
    Handover fdgate = handover(configuration(upstream, settings), "--names", "f", socket);
    fdgate.awaitLine("ready after ");
    return fdgate;
  }

  /** Two sockets, where fdgate cannot open one of the internet families; serves. */
  Handover startWithoutInternet(String upstream, String first, String second) throws IOException {
    Handover fdgate =
        handover(
            configuration(upstream),
            "--deny-inet",
            "EAFNOSUPPORT",
            "--names",
            "f:f",
            first,
            second);
    fdgate.awaitLine("ready after ");
    return fdgate;
  }

  /** With arguments of handover.py; not waited for. */
  Handover handover(Path configuration, String... arguments) throws IOException {
    return Handover.startCommand(
        List.of(Distribution.FDGATE, "--config", configuration.toString()), arguments);
  }

  Path configuration(String upstream, String... settings) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "fdgate", ".toml"),
        "[sockets.f]\nprotocol = 'forward'\nupstream = "
            + upstream
            + "\n"
            + String.join("\n", settings)
            + "\n");
  }

  /** Greets each client of a backend and closes. */
  static void greet(Backend backend, Runnable taken) {
    Background.start(() -> {
      while (true) {
        try (SocketChannel accepted = backend.accept()) {
          taken.run();
          greet(accepted);
        }
      }
    });
  }

  private static void greet(SocketChannel accepted) {
    try {
      Backend.send(accepted, ForwardCase.text("hello"));
    } catch (IOException gone) {
      // The client has left; there are others.
    }
  }

  static void assertQuiet(Handover fdgate) {
    assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
  }

  /** How many descriptors it has open. */
  static long descriptors(Handover fdgate) throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/" + fdgate.pid() + "/fd"))) {
      return descriptors.count();
    }
  }
}
