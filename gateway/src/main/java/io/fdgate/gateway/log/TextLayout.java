package io.fdgate.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * A line for a person or a file: the time, the level, the text; a stack trace below. logback's
 * patterns would do it, with as many classes as all else of the log.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private final DateTimeFormatter time;
  private final boolean colored;

  private TextLayout(String time, boolean colored) {
    this.time = DateTimeFormatter.ofPattern(time).withZone(ZoneId.systemDefault());
    this.colored = colored;
  }

  static TextLayout ofTerminal() {
    return new TextLayout("HH:mm:ss.SSS", true);
  }

  static TextLayout ofFile() {
    return new TextLayout("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", false);
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder();
    time.formatTo(event.getInstant(), line);
    String level = event.getLevel().toString();
    line.append(colored ? " \033[" + color(event.getLevel()) + "m" : " ").append(level);
    line.append(" ".repeat(Math.max(0, 5 - level.length())));
    line.append(colored ? "\033[0;39m " : " ").append(event.getFormattedMessage()).append('\n');
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }

  /** As logback has them (ECMA-48, SGR). */
  private static String color(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> "1;31";
      case Level.WARN_INT -> "31";
      case Level.INFO_INT -> "34";
      default -> "39";
    };
  }
}
