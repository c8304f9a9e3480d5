package io.fdgate.gateway.cli;

import io.fdgate.gateway.FaultException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fdgate uninstall}: removes what {@code fdgate install} wrote. */
@Command(
    name = "uninstall",
    mixinStandardHelpOptions = true,
    description = {
      "Removes what \"fdgate install\" wrote, and the links of \"systemctl enable\".",
      "It shows what it will remove and asks; a file that was edited is kept.",
      "It stops nothing: it prints the lines that do."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class UninstallCommand implements Callable<Integer> {
  private final Map<String, String> environment;

  @Spec private CommandSpec spec;
  @Mixin private InstallOptions options;

  UninstallCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws FaultException {
    PrintWriter out = spec.commandLine().getOut();
    try {
      InstalledFiles installed = InstalledFiles.read(options.scope().list(environment));
      Collection<Path> files = selected(installed);
      if (files.isEmpty()) {
        out.println("Nothing of fdgate is installed by --" + options.scope().option() + ".");
        return 0;
      }
      show(installed, files);
      if (!options.confirmed(out, "Remove them?")) {
        return 1;
      }
      for (Path file : files) {
        remove(installed, file);
      }
    } catch (IOException refused) {
      throw InstallOptions.refused(refused);
    }
    return 0;
  }

  /** The installed files that the names stand for, without those that others still need. */
  private Collection<Path> selected(InstalledFiles installed) throws IOException, FaultException {
    if (options.names().isEmpty()) {
      return installed.files();
    }
    ShippedUnits shipped = ShippedUnits.of(InstallOptions.home(), options.scope());
    Set<Path> going = targets(shipped.select(options.names()));
    going.retainAll(installed.files());
    Set<Path> staying = new TreeSet<>(installed.files());
    staying.removeAll(going);
    List<String> others = staying.stream().map(file -> file.getFileName().toString()).toList();
    if (!others.isEmpty()) {
      going.removeAll(targets(shipped.closure(others)));
    }
    return going;
  }

  private Set<Path> targets(Collection<Path> files) {
    return files.stream()
        .map(file -> options.scope().target(environment, file))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void show(InstalledFiles installed, Collection<Path> files) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    TextTable table = new TextTable();
    for (Path file : files) {
      if (installed.isUntouched(file)) {
        table.row("remove", file.toString());
      } else {
        boolean isThere = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        table.row(isThere ? "keep" : "gone", file + (isThere ? " (edited)" : ""));
      }
    }
    table.print(out);
    UnitScope scope = options.scope();
    Path folder = scope.units(environment);
    List<Path> units =
        files.stream().filter(file -> file.startsWith(folder)).map(folder::relativize).toList();
    out.println();
    out.println("To stop what runs:");
    out.println();
    // Sockets first: a client that waits would start its service again.
    List<String> sockets = ShippedUnits.sockets(units);
    if (!sockets.isEmpty()) {
      out.println("    " + scope.systemctl() + " stop " + String.join(" ", sockets));
    }
    List<String> services = services(files);
    if (!services.isEmpty()) {
      out.println("    " + scope.systemctl() + " stop " + String.join(" ", services));
    }
    out.println("    " + scope.systemctl() + " daemon-reload");
    out.println();
  }

  /** As patterns, for the instances of templates. */
  private static List<String> services(Collection<Path> files) {
    return files.stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.endsWith(".service") || name.endsWith(".container"))
        .map(name -> name.replaceFirst("\\.container$", ".service").replace("@.", "@*."))
        .map(name -> name.contains("*") ? "'" + name + "'" : name)
        .toList();
  }

  private void remove(InstalledFiles installed, Path file) throws IOException {
    UnitScope scope = options.scope();
    if (!installed.isUntouched(file)) {
      installed.forget(file);
      return;
    }
    installed.delete(file, scope.configuration(environment));
    Path units = scope.units(environment);
    if (units.equals(file.getParent()) && Files.isDirectory(units)) {
      removeLinks(units, file);
    }
  }

  /** What {@code systemctl enable} made: links in folders as sockets.target.wants. */
  private static void removeLinks(Path units, Path unit) throws IOException {
    List<Path> links;
    try (Stream<Path> found = Files.walk(units, 2)) {
      links = found.filter(Files::isSymbolicLink).toList();
    }
    for (Path link : links) {
      Path to = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
      if (to.equals(unit)) {
        Files.delete(link);
        InstalledFiles.deleteEmptyFolders(link, units);
      }
    }
  }
}
