package io.fdgate.protocol.line.command;

import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code QUIT}: ends the connection. */
public final class QuitCommand implements LineCommand {
  /** For ServiceLoader. */
  public QuitCommand() {}

  @Override
  public String name() {
    return "QUIT";
  }

  @Override
  public String summary() {
    return "ends the connection";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return new LineAnswer.Bye("bye");
  }
}
