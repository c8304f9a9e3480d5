package io.fdgate.protocol.line;

import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.SocketContext;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a command is asked.
 *
 * @param argument what follows the command's name and one space; empty if nothing does, and never
 *     with control characters
 * @param peer who asks; looked up when asked for, and no longer once the command has returned
 * @param socket the inherited socket that the request came in on
 * @param installed all commands, by name
 */
public record LineRequest(
    String argument,
    Supplier<PeerIdentity> peer,
    SocketContext socket,
    List<LineCommand> installed) {
  /** Copies the list. */
  public LineRequest {
    installed = List.copyOf(installed);
  }
}
