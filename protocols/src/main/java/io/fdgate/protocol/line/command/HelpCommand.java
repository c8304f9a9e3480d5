package io.fdgate.protocol.line.command;

import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;
import java.util.List;

/** {@code HELP [COMMAND]}: all commands, or what one of them does. */
public final class HelpCommand implements LineCommand {
  /** For ServiceLoader. */
  public HelpCommand() {}

  @Override
  public String name() {
    return "HELP";
  }

  @Override
  public String usage() {
    return "HELP [COMMAND]";
  }

  @Override
  public String summary() {
    return "all commands, or what one of them does";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    String wanted = request.argument().strip();
    List<String> lines =
        request.installed().stream()
            .filter(command -> wanted.isEmpty() || command.name().equalsIgnoreCase(wanted))
            .map(command -> command.usage() + " - " + command.summary())
            .toList();
    return lines.isEmpty()
        ? LineAnswer.error("argument", "there is no such command; HELP alone lists all")
        : LineAnswer.ok(String.join("; ", lines));
  }
}
