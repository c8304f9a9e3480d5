package io.fdgate.gateway.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A unit file with its drop-ins, as far as systemd.syntax(7) goes without specifiers.
 *
 * @param path of the file itself
 * @param settings of all its files, in the order that they apply
 */
record Unit(Path path, List<Setting> settings) {
  Unit {
    settings = List.copyOf(settings);
  }

  /**
   * An assignment.
   *
   * @param file where it is
   * @param line where it begins
   * @param section without brackets
   */
  record Setting(Path file, int line, String section, String key, String value) {
    Finding finding(String message) {
      return new Finding(file + ":" + line, message);
    }
  }

  /** Reads a file, and what is in the folder that is named after it with {@code .d}. */
  static Unit read(Path path) throws IOException {
    List<Setting> settings = new ArrayList<>(parse(path, Files.readString(path)));
    Path folder = path.resolveSibling(path.getFileName() + ".d");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path each :
            files.filter(file -> file.toString().endsWith(".conf")).sorted().toList()) {
          settings.addAll(parse(each, Files.readString(each)));
        }
      }
    }
    return new Unit(path, settings);
  }

  static List<Setting> parse(Path file, String text) {
    List<Setting> settings = new ArrayList<>();
    String section = "";
    StringBuilder logical = new StringBuilder();
    int begun = 0;
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.strip();
      boolean comment = line.startsWith("#") || line.startsWith(";");
      if (comment || (logical.isEmpty() && line.isEmpty())) {
        continue; // also between continued lines
      }
      begun = logical.isEmpty() ? number : begun;
      if (line.endsWith("\\")) {
        logical.append(line, 0, line.length() - 1).append(' ');
        continue;
      }
      String whole = logical.append(line).toString().strip();
      logical.setLength(0);
      int equals = whole.indexOf('=');
      if (whole.startsWith("[") && whole.endsWith("]")) {
        section = whole.substring(1, whole.length() - 1);
      } else if (equals > 0) {
        settings.add(
            new Setting(
                file,
                begun,
                section,
                whole.substring(0, equals).strip(),
                whole.substring(equals + 1).strip()));
      }
    }
    return settings;
  }

  String name() {
    return String.valueOf(path.getFileName());
  }

  boolean isSocket() {
    return name().endsWith(".socket");
  }

  /** The name without instance and type: {@code echo} of {@code echo@demo.socket}. */
  String stem() {
    String base = name().substring(0, name().lastIndexOf('.'));
    int at = base.indexOf('@');
    return at < 0 ? base : base.substring(0, at);
  }

  /** All values of a key; an empty one forgets those before it. */
  List<Setting> all(String key) {
    List<Setting> found = new ArrayList<>();
    for (Setting setting : settings) {
      if (setting.key().equals(key)) {
        if (setting.value().isEmpty()) {
          found.clear();
        } else {
          found.add(setting);
        }
      }
    }
    return found;
  }

  /** The value of a key that has one: the last. */
  Optional<Setting> last(String key) {
    List<Setting> all = all(key);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  boolean isTrue(String key) {
    return last(key).filter(setting -> isTrue(setting)).isPresent();
  }

  /** A boolean of systemd.syntax(7). */
  static boolean isTrue(Setting setting) {
    return List.of("1", "yes", "true", "on", "y", "t")
        .contains(setting.value().toLowerCase(Locale.ROOT));
  }

  /** A quadlet, or a service that runs Podman. */
  boolean isPodman() {
    return name().endsWith(".container")
        || all("ExecStart").stream()
            .anyMatch(setting -> words(setting).stream().anyMatch(Unit::isPodmanProgram));
  }

  private static boolean isPodmanProgram(String word) {
    return word.replaceFirst("^[-@:+!]*", "").equals("podman") || word.endsWith("/podman");
  }

  static List<String> words(Setting setting) {
    return List.of(setting.value().split("\\s+"));
  }
}
