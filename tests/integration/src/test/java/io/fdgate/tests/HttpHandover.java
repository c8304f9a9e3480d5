package io.fdgate.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** fdgate with a TCP socket that is served by http, with its endpoints and a folder of files. */
final class HttpHandover {
  private HttpHandover() {}

  /** Starts, with a configuration in a folder, whose files are served. */
  static Handover ready(Path folder) throws IOException {
    Handover handover = start(folder, "tcp4:127.0.0.1:0");
    handover.awaitLine("ready after ");
    return handover;
  }

  /** Starts with one socket of any kind. */
  static Handover start(Path folder, String socket) throws IOException {
    Path configuration = folder.resolve("fdgate.toml");
    Files.writeString(
        configuration,
        "[sockets.http]\nendpoints = true\nroot = \"" + folder.toAbsolutePath() + "\"\n");
    return Handover.startCommand(
        List.of(Distribution.FDGATE, "--config", configuration.toString()),
        "--names",
        "http",
        socket);
  }
}
