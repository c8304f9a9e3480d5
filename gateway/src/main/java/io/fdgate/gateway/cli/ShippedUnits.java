package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The units of a distribution, for one {@link UnitScope}. A service brings what it names: sockets,
 * services that it is bound to, its configuration.
 */
final class ShippedUnits {
  private static final Pattern NAMED_UNITS =
      Pattern.compile("(?m)^(?:Sockets|Service|BindsTo|Requires|Wants)=(.+)$");
  private static final Pattern NAMED_FILES = Pattern.compile("%E/fdgate/([^:\\s]+)");
  private static final Pattern KIND = Pattern.compile("\\.(service|socket|container|pod)$");

  /** Relative to the folders that units go to, with the file that it is copied from. */
  private final SortedMap<Path, Path> files = new TreeMap<>();

  private final UnitScope scope;

  private ShippedUnits(UnitScope scope) {
    this.scope = scope;
  }

  /** Those below {@code home}, the folder of the distribution. */
  static ShippedUnits of(Path home, UnitScope scope) throws IOException {
    ShippedUnits units = new ShippedUnits(scope);
    for (String source : scope.sources()) {
      Path folder = home.resolve("systemd").resolve(source);
      try (Stream<Path> found = Files.walk(folder)) {
        for (Path file : found.filter(Files::isRegularFile).toList()) {
          units.add(folder.relativize(file), file);
        }
      }
    }
    return units;
  }

  private void add(Path file, Path source) {
    // A quadlet stands for the service of its name.
    boolean isQuadlets = files.containsKey(Path.of(stem(file) + ".container"));
    if (!isQuadlets || !file.toString().endsWith(".service")) {
      files.putIfAbsent(file, source);
    }
  }

  /** The file that one of {@link #select} is copied from. */
  Path source(Path file) {
    Path source = files.get(file);
    if (source == null) {
      throw new IllegalArgumentException(file + " is not shipped");
    }
    return source;
  }

  /**
   * The files that names stand for, with all that they need.
   *
   * @param names as {@code echo@}, {@code echo@demo} or {@code http.socket}; none for everything
   */
  SortedSet<Path> select(Collection<String> names) throws FaultException {
    if (names.isEmpty()) {
      return new TreeSet<>(files.keySet());
    }
    List<Fault> unknown =
        names.stream().filter(name -> named(name).isEmpty()).map(this::unknown).toList();
    if (!unknown.isEmpty()) {
      throw new FaultException(unknown);
    }
    return closure(names);
  }

  /** The files of names with all that they need; nothing for a name that is unknown. */
  SortedSet<Path> closure(Collection<String> names) {
    SortedSet<Path> selected = new TreeSet<>();
    ArrayDeque<Path> open = new ArrayDeque<>();
    names.forEach(name -> open.addAll(named(name)));
    while (!open.isEmpty()) {
      Path file = open.remove();
      if (selected.add(file)) {
        open.addAll(needed(file));
      }
    }
    return selected;
  }

  private Fault unknown(String name) {
    return Fault.configuration(
        "no unit \""
            + name
            + "\" for --"
            + scope.option()
            + "; there are: "
            + files.keySet().stream()
                .filter(file -> KIND.matcher(file.toString()).find())
                .map(ShippedUnits::stem)
                .distinct()
                .collect(Collectors.joining(", ")));
  }

  /** The units of a name, of its template, and their drop-ins. */
  private List<Path> named(String name) {
    String stem = KIND.matcher(name).replaceFirst("");
    boolean isTemplates =
        !stem.contains("@") && files.keySet().stream().noneMatch(file -> stem(file).equals(stem));
    String wanted = isTemplates ? stem + "@" : stem;
    String template = wanted.substring(0, wanted.indexOf('@') + 1);
    return files.keySet().stream()
        .filter(file -> {
          String found = stem(file);
          return found.equals(wanted)
              || (!template.isEmpty()
                  // A template comes with the instances that are shipped, an instance with its
                  // template.
                  && (wanted.equals(template)
                      ? found.startsWith(template)
                      : found.equals(template)));
        })
        .toList();
  }

  private List<Path> needed(Path file) {
    String text;
    try {
      text = Files.readString(source(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    Stream<String> units =
        NAMED_UNITS
            .matcher(text)
            .results()
            .flatMap(match -> Stream.of(match.group(1).split("\\s+")))
            .map(KIND::matcher)
            .map(kind -> kind.replaceFirst(""));
    Stream<Path> configurations =
        NAMED_FILES.matcher(text).results().map(match -> Path.of(match.group(1)));
    return Stream.concat(
            units.flatMap(unit -> named(unit).stream()), configurations.filter(files::containsKey))
        .toList();
  }

  /** The sockets among files as they are started: a template by its shipped instances, or by 1. */
  static List<String> sockets(Collection<Path> files) {
    SortedSet<String> sockets = new TreeSet<>();
    for (Path file : files) {
      Optional<String> dropIn = dropIn(file);
      dropIn.filter(unit -> unit.endsWith(".socket")).ifPresent(sockets::add);
      String name = file.toString();
      if (dropIn.isEmpty() && name.endsWith(".socket")) {
        String template = name.substring(0, name.length() - ".socket".length());
        boolean hasInstance =
            files.stream()
                .flatMap(each -> dropIn(each).stream())
                .anyMatch(unit -> unit.startsWith(template));
        if (!template.endsWith("@")) {
          sockets.add(name);
        } else if (!hasInstance) {
          sockets.add(template + "1.socket");
        }
      }
    }
    return List.copyOf(sockets);
  }

  private static Optional<String> dropIn(Path file) {
    return Optional.ofNullable(file.getParent())
        .map(Path::toString)
        .filter(folder -> folder.endsWith(".d"))
        .map(folder -> folder.substring(0, folder.length() - ".d".length()));
  }

  /** A unit's name without its kind; of a drop-in, its unit's. */
  private static String stem(Path file) {
    return KIND.matcher(dropIn(file).orElse(file.toString())).replaceFirst("");
  }
}
