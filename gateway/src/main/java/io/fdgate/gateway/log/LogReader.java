package io.fdgate.gateway.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Who reads what we write to standard error. */
public enum LogReader {
  /** A person: colours, short times. */
  TERMINAL,
  /** journald, or conmon, which hands on to it: priority prefixes (sd-daemon(3)), no times. */
  JOURNAL,
  /** A file or a pipe: full times. */
  PLAIN;

  /**
   * Finds out, from where standard error leads.
   *
   * @param environment for JOURNAL_STREAM (systemd.exec(5)) and {@code container}, which Podman
   *     sets
   */
  public static LogReader of(Map<String, String> environment) {
    try {
      return of(environment, Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString());
    } catch (IOException hidden) {
      return PLAIN;
    }
  }

  static LogReader of(Map<String, String> environment, String target) {
    if (target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console")) {
      return TERMINAL;
    }
    String stream = environment.getOrDefault("JOURNAL_STREAM", "");
    String inode = stream.substring(stream.indexOf(':') + 1);
    if (!inode.isEmpty() && target.equals("socket:[" + inode + "]")) {
      return JOURNAL;
    }
    boolean conmon =
        environment.containsKey("container")
            && (target.startsWith("pipe:") || target.startsWith("socket:"));
    return conmon ? JOURNAL : PLAIN;
  }
}
