package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.OwnPidfd;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.config.SocketNames;
import io.fdgate.gateway.doctor.EnvironmentChecks;
import io.fdgate.gateway.doctor.Finding;
import io.fdgate.gateway.doctor.UnitChecks;
import io.fdgate.libc.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fdgate doctor}: says what will not work in units, or in the running environment. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Reads unit files (.socket, .service, .container) with their drop-ins and",
      "the units that belong to them, and says what will not work and why.",
      "Without files it looks at its own environment: put \"fdgate doctor\" in place",
      "of fdgate in a unit's ExecStart=. Exits with 0 if nothing was found, else 1."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class DoctorCommand implements Callable<Integer> {
  private final Map<String, String> environment;
  private final Supplier<Optional<Path>> config;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "FILE", description = "Unit files.")
  private List<Path> files = List.of();

  DoctorCommand(Map<String, String> environment, Supplier<Optional<Path>> config) {
    this.environment = environment;
    this.config = config;
  }

  @Override
  public Integer call() throws FaultException {
    List<Finding> findings =
        files.isEmpty() ? EnvironmentChecks.of(environment, Libc.pid(), OwnPidfd::inode) : units();
    PrintWriter out = spec.commandLine().getOut();
    findings.forEach(out::println);
    if (findings.isEmpty()) {
      out.println("nothing found");
    }
    out.flush();
    return findings.isEmpty() ? 0 : 1;
  }

  private List<Finding> units() throws FaultException {
    ProtocolRegistry protocols = ProtocolRegistry.load();
    Configuration configuration =
        config.get().isPresent()
            ? ConfigurationFile.load(config.get().get(), protocols)
            : Configuration.DEFAULTS;
    try {
      return UnitChecks.of(
          files,
          new UnitChecks.Known(
              name -> choosesProtocol(name, configuration, protocols),
              configuration.idleExit(),
              configuration.keepConnections(),
              DoctorCommand::crunVersion));
    } catch (IOException unreadable) {
      throw new FaultException(
          List.of(
              Fault.configuration(
                  "a unit file cannot be read ("
                      + unreadable
                      + "); give the paths of unit files")));
    }
  }

  private static boolean choosesProtocol(
      String name, Configuration configuration, ProtocolRegistry protocols) {
    return configuration.tableFor(name).isPresent()
        || configuration.defaultProtocol().isPresent()
        || SocketNames.candidates(name).keySet().stream()
            .anyMatch(each -> protocols.find(each).isPresent());
  }

  /** Nothing when there is no crun. */
  private static String crunVersion() {
    try {
      Process crun = new ProcessBuilder("crun", "--version").redirectErrorStream(true).start();
      try (InputStream output = crun.getInputStream()) {
        return new String(output.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException missing) {
      return "";
    }
  }
}
