package io.fdgate.protocol.line;

import java.util.function.Function;

/** A command that does what a test says. */
record ScriptedCommand(String name, Function<LineRequest, LineAnswer> script)
    implements LineCommand {
  @Override
  public String summary() {
    return "does what a test says";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return script.apply(request);
  }
}
