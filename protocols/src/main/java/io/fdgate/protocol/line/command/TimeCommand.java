package io.fdgate.protocol.line.command;

import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** {@code TIME}: the time of day in UTC, as RFC 3339 writes it. */
public final class TimeCommand implements LineCommand {
  private static final int MILLIS = 3;

  private final DateTimeFormatter format =
      new DateTimeFormatterBuilder().appendInstant(MILLIS).toFormatter(Locale.ROOT);

  /** For ServiceLoader. */
  public TimeCommand() {}

  @Override
  public String name() {
    return "TIME";
  }

  @Override
  public String summary() {
    return "the time of day in UTC, as RFC 3339 writes it";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    return LineAnswer.ok(format.format(Instant.now()));
  }
}
