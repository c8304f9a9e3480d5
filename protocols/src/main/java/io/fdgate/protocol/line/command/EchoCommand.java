package io.fdgate.protocol.line.command;

import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code ECHO TEXT}: sends TEXT back as it is. */
public final class EchoCommand implements LineCommand {
  /** For ServiceLoader. */
  public EchoCommand() {}

  @Override
  public String name() {
    return "ECHO";
  }

  @Override
  public String usage() {
    return "ECHO TEXT";
  }

  @Override
  public String summary() {
    return "sends TEXT back as it is";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return LineAnswer.ok(request.argument());
  }
}
