package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.listener.TableCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fdgate check}: reads a configuration file as the service would, and serves nothing. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Checks a configuration file and exits with 0, or 78 and all its faults.")
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class CheckCommand implements Callable<Integer> {
  private final Supplier<Optional<Path>> config;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file; without it that of --config or FDGATE_CONFIG.")
  private @Nullable Path file;

  CheckCommand(Supplier<Optional<Path>> config) {
    this.config = config;
  }

  @Override
  public Integer call() throws FaultException {
    Path path =
        Optional.ofNullable(file)
            .or(config)
            .orElseThrow(() ->
                new FaultException(
                    List.of(
                        Fault.configuration(
                            "which file? Use \"fdgate check FILE\", --config or"
                                + " FDGATE_CONFIG"))));
    ProtocolRegistry protocols = ProtocolRegistry.load();
    Configuration checked = ConfigurationFile.load(path, protocols);
    List<Fault> faults = TableCheck.faults(checked, protocols);
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    spec.commandLine()
        .getOut()
        .println(
            path
                + ": good, with "
                + (checked.sockets().isEmpty()
                    ? "no [sockets.NAME] tables"
                    : "tables for "
                        + String.join(
                            ", ", checked.sockets().keySet().stream().sorted().toList())));
    return 0;
  }
}
