package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.Main;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.protocol.BuildVersion;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.SettingException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: what {@code fdgate --help} shows. */
@Command(
    name = "fdgate",
    mixinStandardHelpOptions = true,
    versionProvider = CommandLineInterface.Version.class,
    description = {
      "Serves sockets that systemd or Podman hands down; opens none itself.",
      "Without a command it serves what LISTEN_FDS and LISTEN_FDNAMES announce,",
      "until SIGTERM or Ctrl-C.",
      ""
    },
    footer = {
      "",
      "Environment:  FDGATE_CONFIG     the configuration file",
      "              FDGATE_JAVA_OPTS  options for the JVM",
      "Exit status:  0    stopped in order",
      "              1    nothing could be served",
      "              78   a fault of the configuration or the command line",
      "              130  ended by a second SIGINT; 143 by a second SIGTERM",
      "",
      "Try:  fdgate demo",
      "      systemd-socket-activate -l 3000 --fdname=echo fdgate"
    })
public final class CommandLineInterface implements Callable<Integer> {
  private static final String PROTOCOLS = "protocols";

  private final Map<String, String> environment;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "The TOML configuration file; FDGATE_CONFIG does the same.")
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;
  private Optional<String> logFormat = Optional.empty();

  private CommandLineInterface(Map<String, String> environment, Optional<Path> config) {
    this.environment = environment;
    this.config = config.orElse(null);
  }

  /**
   * Runs a command line.
   *
   * @return the exit status
   */
  public static int run(String[] args, Map<String, String> environment, Optional<Path> config) {
    CommandLineInterface root = new CommandLineInterface(environment, config);
    CommandLine commands =
        new CommandLine(root)
            .addSubcommand(new DemoCommand(environment, root::config))
            .addSubcommand(new CheckCommand(root::config))
            .addSubcommand(new SocketsCommand(environment, root::config))
            .addSubcommand(new DoctorCommand(environment, root::config))
            .addSubcommand(new InstallCommand(environment))
            .addSubcommand(new UninstallCommand(environment))
            .addSubcommand(new LoadCommand())
            .addSubcommand(new GenerateCommand())
            .setParameterExceptionHandler(CommandLineInterface::refuse)
            .setExecutionExceptionHandler(CommandLineInterface::report);
    commands.getCommandSpec().usageMessage().sectionMap().put(PROTOCOLS, _ -> protocols());
    commands.setHelpSectionKeys(withProtocols(commands.getHelpSectionKeys()));
    setUsageStatus(commands, Fault.Kind.CONFIGURATION.exitStatus());
    return commands.execute(args);
  }

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How log lines look: auto, or json for an object each.")
  void logFormat(String format) {
    try {
      logFormat = Optional.of(Configuration.LOG_FORMAT.parse(format));
    } catch (SettingException wrong) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--log-format " + wrong.getMessage());
    }
  }

  @Override
  public Integer call() {
    return Main.serve(environment, config(), logFormat);
  }

  private Optional<Path> config() {
    return Optional.ofNullable(config);
  }

  private static List<String> withProtocols(List<String> sections) {
    List<String> all = new ArrayList<>(sections);
    all.add(all.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER), PROTOCOLS);
    return all;
  }

  private static String protocols() {
    StringBuilder text = new StringBuilder(String.format("Protocols:%n"));
    try {
      for (Protocol protocol : ProtocolRegistry.load().all()) {
        text.append(String.format("  %-9s%s%n", protocol.name(), protocol.summary()));
      }
    } catch (FaultException fault) {
      fault.faults().forEach(each -> text.append(String.format("  %s%n", each)));
    }
    return text.toString();
  }

  /** Two lines or three, and not the whole usage below them. */
  private static int refuse(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("fdgate: " + wrong.getMessage()));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("\"" + command.getCommandSpec().qualifiedName() + " --help\" says what there is");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int report(
      Exception thrown, CommandLine commands, CommandLine.ParseResult arguments) throws Exception {
    if (!(thrown instanceof FaultException fault)) {
      throw thrown;
    }
    fault.faults().forEach(each -> commands.getErr().println("fdgate: " + each));
    commands.getErr().flush();
    return fault.exitStatus();
  }

  private static void setUsageStatus(CommandLine command, int status) {
    command.getCommandSpec().exitCodeOnInvalidInput(status);
    command.getSubcommands().values().forEach(each -> setUsageStatus(each, status));
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"fdgate " + BuildVersion.text()};
    }
  }
}
