package io.fdgate.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A systemd service that a socket activates, asked through systemctl(1).
 *
 * @param user whether it is one of the user's manager
 */
public record Unit(String name, boolean user) {
  private static final long POLL_MILLIS = 100;

  /** A service may take 90 s to stop unless its unit says otherwise. */
  private static final Duration SYSTEMCTL_PATIENCE = Duration.ofSeconds(120);

  /** A service by its name, with or without {@code .service}. */
  public static Unit service(String name, boolean user) {
    return new Unit(name.contains(".") ? name : name + ".service", user);
  }

  /**
   * Waits until it is not running.
   *
   * @param stop whether it is told to stop first
   */
  void awaitInactive(boolean stop, Duration longest) throws LoadException, InterruptedException {
    if (stop) {
      systemctl(List.of("stop", name));
      // Also forgets how often it was started, of which systemd allows 5 in 10 s.
      systemctl(List.of("reset-failed", name));
    }
    long deadline = System.nanoTime() + longest.toNanos();
    while (true) {
      String state = state();
      if (state.equals("inactive")) {
        return;
      }
      if (state.equals("failed")) {
        throw LoadException.target(
            name + " has failed: systemctl " + (user ? "--user " : "") + "status " + name);
      }
      if (System.nanoTime() - deadline > 0) {
        throw LoadException.target(
            name
                + " is still "
                + state
                + " after "
                + longest.toSeconds()
                + " s; does it end when idle? --stop stops it before each activation, --wait waits"
                + " longer");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private String state() throws LoadException, InterruptedException {
    Map<String, String> properties =
        systemctl(List.of("show", "--property=LoadState,ActiveState", name))
            .lines()
            .map(line -> line.split("=", 2))
            .filter(pair -> pair.length == 2)
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    String loaded = properties.getOrDefault("LoadState", "unknown");
    if (!loaded.equals("loaded")) {
      throw LoadException.usage(
          "--cold "
              + name
              + ": the unit is "
              + loaded
              + (user ? " in the user's manager" : "; --user asks the user's manager"));
    }
    return properties.getOrDefault("ActiveState", "unknown");
  }

  private String systemctl(List<String> arguments) throws LoadException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("systemctl"));
    if (user) {
      command.add("--user");
    }
    command.addAll(arguments);
    return output(command, SYSTEMCTL_PATIENCE);
  }

  /** What a command printed, which must be less than a pipe takes. */
  static String output(List<String> command, Duration longest)
      throws LoadException, InterruptedException {
    String typed = String.join(" ", command);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      // Before anything is read: that would wait for as long as the command runs.
      if (!process.waitFor(longest)) {
        process.destroyForcibly();
        throw LoadException.target(
            typed
                + ": no answer within "
                + longest.toSeconds()
                + " s; does the manager answer, and is the unit slow to stop?");
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw LoadException.target(typed + ": " + output.strip());
      }
      return output;
    } catch (IOException missing) {
      throw LoadException.usage("--cold needs systemctl: " + missing.getMessage());
    }
  }
}
