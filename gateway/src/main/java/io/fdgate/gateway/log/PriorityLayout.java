package io.fdgate.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;

/** Each line with its syslog priority, {@code <6>text}, as sd-daemon(3) has it. */
final class PriorityLayout extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    String prefix = "<" + priority(event.getLevel()) + ">";
    StringBuilder lines = new StringBuilder();
    event
        .getFormattedMessage()
        .lines()
        .forEach(line -> lines.append(prefix).append(line).append('\n'));
    if (event.getThrowableProxy() != null) {
      ThrowableProxyUtil.asString(event.getThrowableProxy())
          .lines()
          .forEach(line -> lines.append(prefix).append(line).append('\n'));
    }
    return lines.toString();
  }

  /** Of syslog(3). */
  static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
