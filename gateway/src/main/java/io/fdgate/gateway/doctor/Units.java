package io.fdgate.gateway.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Units that belong together: those that were named, and those that they name. */
final class Units {
  private static final List<Path> FOLDERS =
      List.of(
          Path.of("/etc/systemd/system"),
          Path.of("/run/systemd/system"),
          Path.of("/usr/local/lib/systemd/system"),
          Path.of("/usr/lib/systemd/system"),
          Path.of("/etc/systemd/user"),
          Path.of("/usr/lib/systemd/user"));

  private final Map<Path, Unit> byPath = new LinkedHashMap<>();

  /** Reads them; of a service or a quadlet also the socket units beside it that start it. */
  static Units read(List<Path> paths) throws IOException {
    Units units = new Units();
    for (Path path : paths) {
      units.add(path.toAbsolutePath().normalize());
    }
    for (Unit unit : List.copyOf(units.byPath.values())) {
      units.addRelated(unit);
    }
    return units;
  }

  private Unit add(Path path) throws IOException {
    Unit known = byPath.get(path);
    if (known == null) {
      known = Unit.read(path);
      byPath.put(path, known);
    }
    return known;
  }

  private void addRelated(Unit unit) throws IOException {
    if (unit.isSocket()) {
      Optional<Path> service = serviceOf(unit);
      if (service.isPresent()) {
        add(service.get());
      }
      return;
    }
    List<String> names = new ArrayList<>();
    unit.all("Sockets").forEach(setting -> names.addAll(Unit.words(setting)));
    String base = unit.name().substring(0, unit.name().lastIndexOf('.'));
    names.add(base + ".socket");
    for (String name : names) {
      Path beside = unit.path().resolveSibling(name);
      if (Files.isRegularFile(beside)) {
        add(beside);
      }
    }
  }

  List<Unit> all() {
    return List.copyOf(byPath.values());
  }

  /** The socket units whose sockets a service gets. */
  List<Unit> socketsOf(Unit service) {
    return all().stream().filter(Unit::isSocket).filter(socket -> isFor(socket, service)).toList();
  }

  private static boolean isFor(Unit socket, Unit service) {
    String wanted = service.name().replaceFirst("\\.container$", ".service");
    boolean named =
        service.all("Sockets").stream().anyMatch(each -> Unit.words(each).contains(socket.name()));
    return named || serviceNames(socket).contains(wanted);
  }

  /** What a socket unit starts: by name, or as the template of an instance. */
  static List<String> serviceNames(Unit socket) {
    Optional<Unit.Setting> set = socket.last("Service");
    if (set.isPresent()) {
      return List.of(set.get().value());
    }
    String base = socket.name().substring(0, socket.name().length() - ".socket".length());
    String template = socket.stem() + "@.service";
    if (socket.isTrue("Accept")) {
      return List.of(template);
    }
    return base.contains("@") ? List.of(base + ".service", template) : List.of(base + ".service");
  }

  /** Where that is: among those that were read, beside it, or where systemd looks. */
  Optional<Path> serviceOf(Unit socket) {
    for (String name : serviceNames(socket)) {
      String quadlet = name.replaceFirst("\\.service$", ".container");
      for (Unit unit : byPath.values()) {
        if (unit.name().equals(name) || unit.name().equals(quadlet)) {
          return Optional.of(unit.path());
        }
      }
      List<Path> places = new ArrayList<>();
      places.add(socket.path().resolveSibling(name));
      places.add(socket.path().resolveSibling(quadlet));
      FOLDERS.forEach(folder -> places.add(folder.resolve(name)));
      for (Path place : places) {
        if (Files.isRegularFile(place)) {
          return Optional.of(place);
        }
      }
    }
    return Optional.empty();
  }
}
