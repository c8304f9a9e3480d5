package io.fdgate.protocol.line;

/**
 * A command of the line protocol. Implementations are public, have a public constructor without
 * arguments, and are named in {@code META-INF/services/io.fdgate.protocol.line.LineCommand} of a
 * jar in {@code lib/}. One instance serves every connection.
 */
public interface LineCommand {
  /**
   * The word that a request begins with, in any case: letters, digits and {@code -}, a letter
   * first, and neither {@code OK} nor {@code ERR}. No two installed commands may share one.
   */
  String name();

  /** How to write a request, for HELP: the name, then its argument, if it takes one. */
  default String usage() {
    return name();
  }

  /** What it does, in one line without a full stop, for HELP. */
  String summary();

  /**
   * Answers one request. Called on the event loop of the connection or socket, on several loops at
   * a time: it must not block. What this throws is answered with {@code ERR internal} and logged as
   * the command's fault; the connection goes on.
   */
  LineAnswer answer(LineRequest request);
}
