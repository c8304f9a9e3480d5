package io.fdgate.gateway.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A way to install the units: what of {@code systemd/} it takes, and where that goes. */
enum UnitScope {
  /** Rootless containers, as services of a user's own manager. */
  USER("user", List.of("user")),
  /** The same, from quadlet files; the sockets are those of {@link #USER}. */
  QUADLET("quadlet", List.of("quadlet", "user")),
  /** Services of the system, without a container. */
  SYSTEM("system", List.of("system"));

  private final String option;
  private final List<String> sources;

  UnitScope(String option, List<String> sources) {
    this.option = option;
    this.sources = sources;
  }

  /** The option that chooses it, without its dashes. */
  String option() {
    return option;
  }

  /** The folders below {@code systemd/}; of two files of one name the first counts. */
  List<String> sources() {
    return sources;
  }

  /** How its units are started: {@code systemctl}, with {@code --user} for a user's. */
  String systemctl() {
    return this == SYSTEM ? "systemctl" : "systemctl --user";
  }

  /** Where a file of ours goes: a unit, a drop-in below its folder, or a configuration. */
  Path target(Map<String, String> environment, Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".toml")) {
      return configuration(environment).resolve("fdgate").resolve(file);
    }
    if (name.endsWith(".container")) {
      return configuration(environment).resolve("containers/systemd").resolve(file);
    }
    return units(environment).resolve(file);
  }

  /** Where systemd looks for units. */
  Path units(Map<String, String> environment) {
    return configuration(environment).resolve(this == SYSTEM ? "systemd/system" : "systemd/user");
  }

  /** The folder that everything goes below. */
  Path configuration(Map<String, String> environment) {
    return this == SYSTEM ? Path.of("/etc") : xdg(environment, "XDG_CONFIG_HOME", ".config");
  }

  /** The list of what was installed, with the digests that tell whether it was edited since. */
  Path list(Map<String, String> environment) {
    Path state =
        this == SYSTEM ? Path.of("/var/lib") : xdg(environment, "XDG_STATE_HOME", ".local/state");
    return state.resolve("fdgate/installed-" + option);
  }

  private static Path xdg(Map<String, String> environment, String variable, String below) {
    return Optional.ofNullable(environment.get(variable))
        .filter(value -> value.startsWith("/"))
        .map(Path::of)
        .orElseGet(() ->
            Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")))
                .resolve(below));
  }
}
