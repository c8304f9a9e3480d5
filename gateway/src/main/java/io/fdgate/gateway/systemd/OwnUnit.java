package io.fdgate.gateway.systemd;

import io.fdgate.protocol.LogEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service of systemd that this process is, where it can be known: on the host.
 *
 * @param name with its type
 * @param ofUser whether a user's manager has it
 */
public record OwnUnit(String name, boolean ofUser) {
  private static final Logger logger = LoggerFactory.getLogger(OwnUnit.class);
  private static final long PATIENCE_SECONDS = 10;

  /**
   * The control group in version 2, or in systemd's own hierarchy of version 1. A scope below a
   * service is not that service.
   */
  private static final Pattern GROUP =
      Pattern.compile("(?m)^(?:0::|\\d+:name=systemd:)(/.*/|/)([^/\\n]+\\.service)(?:/[^.\\n]*)?$");

  /** Of this process. */
  public static Optional<OwnUnit> find(Map<String, String> environment) {
    if (environment.containsKey("container")) {
      return Optional.empty();
    }
    try {
      return of(Files.readString(Path.of("/proc/self/cgroup")));
    } catch (IOException hidden) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "the own unit is not known", hidden);
      return Optional.empty();
    }
  }

  /** From the text of /proc/self/cgroup. */
  static Optional<OwnUnit> of(String groups) {
    Matcher group = GROUP.matcher(groups);
    return group.find()
        ? Optional.of(new OwnUnit(group.group(2), group.group(1).contains("/user@")))
        : Optional.empty();
  }

  /**
   * Asks systemctl for the limit of starts; nothing where it does not answer, as in a unit that may
   * not reach its manager. May take long.
   */
  public Optional<StartLimit> startLimit() throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("systemctl"));
    if (ofUser) {
      command.add("--user");
    }
    command.addAll(
        List.of("show", "-p", "StartLimitBurst", "-p", "StartLimitIntervalUSec", "--", name));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    // What is ours alone.
    builder
        .environment()
        .keySet()
        .removeIf(each -> each.matches("(LISTEN|WATCHDOG)_.*|NOTIFY_SOCKET"));
    try {
      Process systemctl = builder.start();
      if (!systemctl.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        systemctl.destroyForcibly();
        return Optional.empty();
      }
      Map<String, String> values = new HashMap<>();
      new String(systemctl.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("=", 2))
          .filter(pair -> pair.length == 2)
          .forEach(pair -> values.put(pair[0], pair[1]));
      return StartLimit.of(
          values.getOrDefault("StartLimitBurst", ""),
          values.getOrDefault("StartLimitIntervalUSec", ""));
    } catch (IOException missing) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "systemctl cannot be asked", missing);
      return Optional.empty();
    }
  }
}
