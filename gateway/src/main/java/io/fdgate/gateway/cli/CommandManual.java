package io.fdgate.gateway.cli;

import io.fdgate.gateway.manual.Manual;
import io.fdgate.gateway.manual.Manual.Block;
import io.fdgate.gateway.manual.Manual.Code;
import io.fdgate.gateway.manual.Manual.Entry;
import io.fdgate.gateway.manual.Manual.Heading;
import io.fdgate.gateway.manual.Manual.Paragraph;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** fdgate(1): what {@code --help} shows of each command. */
final class CommandManual {
  private final List<Block> blocks = new ArrayList<>();

  private CommandManual() {}

  static Manual of(CommandLine fdgate) {
    CommandManual manual = new CommandManual();
    manual.synopsis(fdgate);
    manual.command(fdgate);
    manual.blocks.add(new Heading("See also"));
    manual.blocks.add(
        new Paragraph(
            "fdgate.toml(5), systemd.socket(5), systemd.exec(5), systemd-socket-activate(1)"));
    return new Manual("fdgate", 1, "serves inherited sockets, and opens none", manual.blocks);
  }

  private void synopsis(CommandLine fdgate) {
    blocks.add(new Heading("Synopsis"));
    StringBuilder lines = new StringBuilder();
    each(fdgate, command -> lines.append(command.getHelp().synopsis(0)));
    blocks.add(new Code(lines.toString().replaceAll("(?m)\\s+$", "") + "\n"));
  }

  private static void each(CommandLine command, java.util.function.Consumer<CommandLine> action) {
    if (!command.getCommandSpec().usageMessage().hidden()) {
      action.accept(command);
      command.getSubcommands().values().stream().distinct().forEach(sub -> each(sub, action));
    }
  }

  private void command(CommandLine fdgate) {
    each(
        fdgate,
        command -> {
          CommandSpec spec = command.getCommandSpec();
          blocks.add(new Heading(spec.parent() == null ? "Description" : spec.qualifiedName()));
          blocks.add(new Paragraph(sentence(spec.usageMessage().description())));
          spec.positionalParameters().forEach(each -> entry(each, each.paramLabel()));
          spec.options().stream()
              .filter(each -> !each.inherited() && !each.hidden())
              .filter(each -> spec.parent() == null || !each.usageHelp() && !each.versionHelp())
              .forEach(each -> entry(each, names(each)));
          footer(spec);
        });
  }

  private void footer(CommandSpec spec) {
    String lines = String.join("\n", plain(spec.usageMessage().footer())).strip();
    if (!lines.isEmpty()) {
      blocks.add(new Code(lines + "\n"));
    }
  }

  private void entry(ArgSpec argument, String term) {
    String defaults = argument.defaultValueString();
    String text =
        sentence(argument.description())
            .replace("${DEFAULT-VALUE}", defaults == null ? "none" : defaults);
    blocks.add(new Entry(term, List.of(text)));
  }

  private static String names(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
  }

  private static String sentence(String[] lines) {
    return String.join(" ", plain(lines)).strip().replaceAll("\\s+", " ");
  }

  /** Without picocli's mark-up, and with its doubled percent signs made one. */
  private static List<String> plain(String[] lines) {
    return java.util.Arrays.stream(lines)
        .map(line -> Ansi.OFF.new Text(line.replace("%%", "%")))
        .map(Text::plainString)
        .toList();
  }
}
