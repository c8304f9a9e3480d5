package io.fdgate.protocol.line.command;

import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code SOCKETS}: the sockets that the gateway serves. */
public final class SocketsCommand implements LineCommand {
  /** For ServiceLoader. */
  public SocketsCommand() {}

  @Override
  public String name() {
    return "SOCKETS";
  }

  @Override
  public String summary() {
    return "the sockets that the gateway serves";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    Fields fields = new Fields();
    for (ServedSocket each : request.socket().served().sockets()) {
      fields
          .add("fd", each.fd())
          .add("name", each.name())
          .add("kind", each.kind())
          .add("address", each.address())
          .add("protocol", each.protocol())
          .endRecord();
    }
    return LineAnswer.ok(fields.toString());
  }
}
