package io.fdgate.gateway.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;

/** The text alone, a line of its own. */
final class MessageLayout extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    return event.getFormattedMessage() + "\n";
  }
}
