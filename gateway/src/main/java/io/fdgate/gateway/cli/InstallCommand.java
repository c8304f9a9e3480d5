package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fdgate install}: puts units and their configuration where systemd and Podman look. */
@Command(
    name = "install",
    mixinStandardHelpOptions = true,
    description = {
      "Copies units to where systemd looks, and their configuration.",
      "It shows what it will write and asks; a file that was edited is kept.",
      "It starts nothing: it prints the lines that do."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class InstallCommand implements Callable<Integer> {
  private static final Path OPT = Path.of("/opt/fdgate");

  private final Map<String, String> environment;

  @Spec private CommandSpec spec;
  @Mixin private InstallOptions options;

  InstallCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A file to write. */
  private record Copy(Path source, Path target) {}

  @Override
  public Integer call() throws FaultException {
    PrintWriter out = spec.commandLine().getOut();
    UnitScope scope = options.scope();
    Path home = InstallOptions.home();
    try {
      ShippedUnits shipped = ShippedUnits.of(home, scope);
      Collection<Path> selected = shipped.select(options.names());
      refuseRivals(scope, selected);
      InstalledFiles installed = InstalledFiles.read(scope.list(environment));
      List<Copy> copies = plan(shipped, selected, installed);
      out.println();
      out.println("To start the sockets:");
      out.println();
      steps(scope, home, selected).forEach(step -> out.println("    " + step));
      out.println();
      if (!copies.isEmpty()) {
        if (!options.confirmed(out, "Write " + copies.size() + " files?")) {
          return 1;
        }
        for (Copy copy : copies) {
          installed.write(copy.target, copy.source);
        }
      }
    } catch (IOException refused) {
      throw InstallOptions.refused(refused);
    }
    return 0;
  }

  private List<Copy> plan(ShippedUnits shipped, Collection<Path> selected, InstalledFiles installed)
      throws IOException {
    UnitScope scope = options.scope();
    PrintWriter out = spec.commandLine().getOut();
    List<Copy> copies = new ArrayList<>();
    TextTable table = new TextTable();
    for (Path file : selected) {
      Copy copy = new Copy(shipped.source(file), scope.target(environment, file));
      switch (installed.state(copy.target, copy.source)) {
        case ABSENT -> {
          table.row("write", copy.target.toString());
          copies.add(copy);
        }
        case OUTDATED -> {
          table.row("update", copy.target.toString());
          copies.add(copy);
        }
        case CURRENT -> table.row("there", copy.target.toString());
        case FOREIGN ->
            table.row("keep", copy.target + " (edited; the shipped one is " + copy.source + ")");
      }
    }
    table.print(out);
    return copies;
  }

  private static List<String> steps(UnitScope scope, Path home, Collection<Path> selected) {
    List<String> steps = new ArrayList<>();
    if (scope == UnitScope.SYSTEM && !Files.exists(OPT.resolve("bin/fdgate"))) {
      steps.add("cp -a " + home + " " + OPT);
    }
    steps.add(scope.systemctl() + " daemon-reload");
    steps.add(
        scope.systemctl() + " enable --now " + String.join(" ", ShippedUnits.sockets(selected)));
    if (scope != UnitScope.SYSTEM) {
      steps.add("loginctl enable-linger    # from boot on, not only while you are logged in");
    }
    return steps;
  }

  /** A service in the unit folder hides the one that Podman would make of a quadlet. */
  private void refuseRivals(UnitScope scope, Collection<Path> selected) throws FaultException {
    if (scope == UnitScope.SYSTEM) {
      return;
    }
    List<Fault> faults = new ArrayList<>();
    UnitScope other = scope == UnitScope.USER ? UnitScope.QUADLET : UnitScope.USER;
    String mine = scope == UnitScope.USER ? ".service" : ".container";
    String theirs = scope == UnitScope.USER ? ".container" : ".service";
    for (Path file : selected) {
      String name = file.toString();
      if (name.endsWith(mine)) {
        Path rival = other.target(environment, Path.of(name.replaceFirst("\\.\\w+$", theirs)));
        if (Files.exists(rival)) {
          faults.add(
              Fault.configuration(
                  rival
                      + " makes a service of the same name as "
                      + name
                      + ": remove it first (fdgate uninstall --"
                      + other.option()
                      + ")"));
        }
      }
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
  }
}
