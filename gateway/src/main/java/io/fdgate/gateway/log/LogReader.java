package io.fdgate.gateway.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Who reads what we write to standard error. */
public enum LogReader {
  /** A person: colours, short times. */
  TERMINAL,
  /** journald: its native protocol, or else as for a container. */
  JOURNAL,
  /** conmon, which hands on to a journal: priority prefixes (sd-daemon(3)), no times. */
  CONTAINER,
  /** A file or a pipe: full times. */
  PLAIN;

  private static final Path STDERR = Path.of("/proc/self/fd/2");

  /**
   * Finds out, from where standard error leads.
   *
   * @param environment for JOURNAL_STREAM (systemd.exec(5)) and {@code container}, which Podman
   *     sets
   */
  public static LogReader of(Map<String, String> environment) {
    try {
      String target = Files.readSymbolicLink(STDERR).toString();
      long device = ((Number) Files.getAttribute(STDERR, "unix:dev")).longValue();
      return of(environment, target, device);
    } catch (IOException | UnsupportedOperationException hidden) {
      return PLAIN;
    }
  }

  /**
   * Finds out.
   *
   * @param target what the link of standard error in /proc says
   * @param device that it is on
   */
  static LogReader of(Map<String, String> environment, String target, long device) {
    if (target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console")) {
      return TERMINAL;
    }
    String stream = environment.getOrDefault("JOURNAL_STREAM", "");
    int colon = stream.indexOf(':');
    if (colon > 0
        && stream.substring(0, colon).equals(Long.toString(device))
        && target.equals("socket:[" + stream.substring(colon + 1) + "]")) {
      return JOURNAL;
    }
    boolean conmon =
        environment.containsKey("container")
            && (target.startsWith("pipe:") || target.startsWith("socket:"));
    return conmon ? CONTAINER : PLAIN;
  }
}
