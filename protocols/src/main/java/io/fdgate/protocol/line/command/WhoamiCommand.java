package io.fdgate.protocol.line.command;

import io.fdgate.protocol.Endpoint;
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
    switch (request.peer().get()) {
      case PeerIdentity.Address(Endpoint endpoint) -> fields.add("peer", endpoint);
      case PeerIdentity.Credentials(int pid, int uid, int gid) ->
          fields
              .add("peer", "unix")
              .add("pid", pid)
              .add("uid", Integer.toUnsignedString(uid))
              .add("gid", Integer.toUnsignedString(gid));
      case PeerIdentity.Gone() -> fields.add("peer", "gone");
    }
    fields.add("socket", request.socket().name()).add("address", request.socket().address());
    return LineAnswer.ok(fields.toString());
  }
}
