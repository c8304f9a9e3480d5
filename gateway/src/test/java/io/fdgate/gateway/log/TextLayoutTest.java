package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TextLayoutTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void lineOfFileHasTheWholeTimeWithItsZone() {
    assertThat(TextLayout.ofFile().doLayout(event(Level.INFO, null)))
        .matches(
            "(1969-12-31|1970-01-01)T\\d\\d:\\d\\d:01\\.500(Z|[+-]\\d\\d:\\d\\d) INFO  of x\n");
  }

  @Test
  void levelOfTerminalIsColored() {
    assertThat(TextLayout.ofTerminal().doLayout(event(Level.WARN, null)))
        .matches("\\d\\d:\\d\\d:01\\.500 \033\\[31mWARN \033\\[0;39m of x\n");
    assertThat(TextLayout.ofTerminal().doLayout(event(Level.ERROR, null)))
        .contains(" \033[1;31mERROR\033[0;39m of x\n");
  }

  @Test
  void stackTraceFollowsTheLine() {
    assertThat(TextLayout.ofFile().doLayout(event(Level.ERROR, new IllegalStateException("why"))))
        .contains(" ERROR of x\njava.lang.IllegalStateException: why\n\tat ")
        .endsWith("\n");
  }

  private LoggingEvent event(Level level, @Nullable Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("a.logger"), level, "of {}", thrown, new Object[] {"x"});
    event.setTimeStamp(1_500);
    return event;
  }
}
