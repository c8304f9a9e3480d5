package io.fdgate.gateway.cli;

import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.manual.ConfigurationManual;
import io.fdgate.gateway.manual.Markdown;
import io.fdgate.gateway.manual.Roff;
import io.fdgate.protocol.BuildVersion;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fdgate generate}: the files that the build makes of what fdgate knows of itself. */
@Command(
    name = "generate",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = {
      "Prints the configuration reference of the installed protocols, a manual",
      "page, or a shell completion."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "Which: configuration.md, fdgate.1, fdgate.toml.5, fdgate.bash or _fdgate.")
  private File file;

  /** What can be made. */
  enum File {
    CONFIGURATION("configuration.md"),
    COMMANDS("fdgate.1"),
    CONFIGURATION_PAGE("fdgate.toml.5"),
    BASH("fdgate.bash"),
    ZSH("_fdgate");

    private final String text;

    File(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Override
  public Integer call() throws FaultException {
    CommandLine root = spec.root().commandLine();
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        switch (file) {
          case CONFIGURATION -> Markdown.of(ConfigurationManual.of(ProtocolRegistry.load()));
          case COMMANDS -> Roff.of(CommandManual.of(root), version());
          case CONFIGURATION_PAGE ->
              Roff.of(ConfigurationManual.of(ProtocolRegistry.load()), version());
          case BASH -> AutoComplete.bash("fdgate", root);
          case ZSH -> zsh(root);
        });
    out.flush();
    return 0;
  }

  /** The same completion, by the functions that zsh has for those of bash. */
  private static String zsh(CommandLine root) {
    return "#compdef fdgate\n"
        + "autoload -U +X bashcompinit && bashcompinit\n"
        + "(( $+functions[compopt] )) || compopt() { : }\n"
        + AutoComplete.bash("fdgate", root)
        + "\n_bash_complete -o default -F _complete_fdgate\n";
  }

  private static String version() {
    return BuildVersion.text();
  }
}
