package io.fdgate.gateway.cli;

import io.fdgate.load.Cold;
import io.fdgate.load.LoadException;
import io.fdgate.load.Unit;
import io.fdgate.protocol.SettingException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code fdgate load} measures activation. */
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class ColdOptions {
  @Option(
      names = "--cold",
      paramLabel = "UNIT",
      description =
          "Measure activation: wait until this service is inactive, connect, take the time to the"
              + " first byte; again and again.")
  private @Nullable String cold;

  @Option(names = "--user", description = "For --cold: a unit of the user's manager.")
  private boolean user;

  @Option(
      names = "--stop",
      description = "For --cold: stop the unit each time, in place of waiting until it is idle.")
  private boolean stop;

  @Option(
      names = "--activations",
      paramLabel = "N",
      defaultValue = "10",
      description = "For --cold: how often (default: ${DEFAULT-VALUE}).")
  private int activations;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "5min",
      description = "For --cold: how long to wait for the unit to end (default: ${DEFAULT-VALUE}).")
  private String wait;

  /** The service whose activation is measured instead; nothing without {@code --cold}. */
  Optional<Cold> activation() throws LoadException, SettingException {
    if (cold == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Cold(
            Unit.service(cold, user),
            LoadOptions.whole("--activations", activations, 1_000_000),
            stop,
            LoadOptions.span("--wait", wait, Duration.ZERO)));
  }
}
