package io.fdgate.protocol.line;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.Throttle;
import io.fdgate.protocol.line.RequestParser.Line;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one inherited socket. Thread-safe. */
final class LineService {
  private static final Logger logger = LoggerFactory.getLogger(LineService.class);

  private final SocketContext socket;
  private final LineCommands commands;
  private final Throttle throttle = new Throttle();

  LineService(SocketContext socket, LineCommands commands) {
    this.socket = socket;
    this.commands = commands;
  }

  SocketContext socket() {
    return socket;
  }

  /** The most bytes of a line, without its line end. */
  int longestLine() {
    return Math.toIntExact(socket.settings().get(LineSettings.MAX_LINE));
  }

  Duration idleTimeout() {
    return socket.settings().get(LineSettings.IDLE_TIMEOUT);
  }

  /** The answer to a line. */
  LineAnswer answer(Line line, Supplier<PeerIdentity> peer) {
    // Not a switch over the type: that is linked when the first line of a start is waiting.
    if (line instanceof Line.Request(String name, String argument)) {
      Optional<LineCommand> command = commands.find(name);
      return command.isPresent()
          ? run(command.get(), new LineRequest(argument, peer, socket, commands.all()))
          : LineAnswer.error("unknown", "there is no such command; try HELP");
    }
    return line instanceof Line.Malformed(LineAnswer why)
        ? why
        : LineAnswer.error("empty", "the line has no command; try HELP");
  }

  /** The answer to a line that is too long to be read. */
  LineAnswer tooLong() {
    return LineAnswer.error("length", "the line is longer than " + longestLine() + " bytes");
  }

  private LineAnswer run(LineCommand command, LineRequest request) {
    try {
      LineAnswer answer = command.answer(request);
      if (answer != null) {
        return answer;
      }
      throw new NullPointerException("the command answered null");
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError broken) {
      throttle
          .pass()
          .ifPresent(heldBack ->
              logger.warn(
                  LogEvent.PROTOCOL_FAULT,
                  "line command {} failed, {} more failures were not logged: this is a fault of its"
                      + " code",
                  command.getClass().getName(),
                  heldBack,
                  broken));
      return LineAnswer.error("internal", "the command failed; the log of the gateway says why");
    }
  }
}
