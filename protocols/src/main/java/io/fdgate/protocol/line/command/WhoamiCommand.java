package io.fdgate.protocol.line.command;

import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code WHOAMI}: who you are, and the socket that you came in on. */
public final class WhoamiCommand implements LineCommand {
  /** For ServiceLoader. */
  public WhoamiCommand() {}

  @Override
  public String name() {
    return "WHOAMI";
  }

  @Override
  public String summary() {
    return "who you are, and the socket that you came in on";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    Fields fields = new Fields();
    PeerIdentity peer = request.peer().get();
    // Not a switch over the type: that is linked when the first request of a start is waiting.
    if (peer instanceof PeerIdentity.Address known) {
      fields.add("peer", known.endpoint());
    } else if (peer instanceof PeerIdentity.Credentials local) {
      fields
          .add("peer", "unix")
          .add("pid", local.pid())
          .add("uid", Integer.toUnsignedString(local.uid()))
          .add("gid", Integer.toUnsignedString(local.gid()));
    } else {
      fields.add("peer", "gone");
    }
    fields.add("socket", request.socket().name()).add("address", request.socket().address());
    return LineAnswer.ok(fields.toString());
  }
}
