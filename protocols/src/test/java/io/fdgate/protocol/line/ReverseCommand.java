package io.fdgate.protocol.line;

/** A command as a jar in {@code lib/} would bring it; named in test resources. */
public final class ReverseCommand implements LineCommand {
  /** For ServiceLoader. */
  public ReverseCommand() {}

  @Override
  public String name() {
    return "Reverse";
  }

  @Override
  public String usage() {
    return "REVERSE TEXT";
  }

  @Override
  public String summary() {
    return "sends TEXT back from end to beginning";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return LineAnswer.ok(new StringBuilder(request.argument()).reverse().toString());
  }
}
