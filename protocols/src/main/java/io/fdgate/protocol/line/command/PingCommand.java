package io.fdgate.protocol.line.command;

import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code PING}: says that the gateway is there. */
public final class PingCommand implements LineCommand {
  /** For ServiceLoader. */
  public PingCommand() {}

  @Override
  public String name() {
    return "PING";
  }

  @Override
  public String summary() {
    return "says that the gateway is there";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return LineAnswer.ok("PONG");
  }
}
