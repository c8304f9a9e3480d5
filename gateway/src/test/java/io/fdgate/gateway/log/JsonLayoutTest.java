package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.LogFields;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JsonLayoutTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void lineIsOneObjectWithTheEventAndItsFields() {
    LogFields socket = fields -> fields.accept("socket", "ec\"ho\n");
    LoggingEvent event = event(null, socket);
    event.addMarker(LogEvent.READY);
    assertThat(new JsonLayout().doLayout(event))
        .startsWith(
            "{\"time\":\"1970-01-01T00:00:01.500Z\",\"level\":\"info\",\"event\":\"ready\","
                + "\"message\":\"of ")
        .endsWith("\",\"socket\":\"ec\\\"ho\\n\",\"logger\":\"a.logger\"}\n");
  }

  @Test
  void exceptionIsAFieldAndNoLineOfItsOwn() {
    assertThat(new JsonLayout().doLayout(event(new IllegalStateException("why"), "x")))
        .contains("\"message\":\"of x\"")
        .contains("\"exception\":\"java.lang.IllegalStateException: why\\n\\tat ")
        .containsOnlyOnce("\n");
  }

  private LoggingEvent event(@Nullable Throwable thrown, Object argument) {
    LoggingEvent event =
        new LoggingEvent(
            "",
            context.getLogger("a.logger"),
            Level.INFO,
            "of {}",
            thrown,
            new Object[] {argument});
    event.setTimeStamp(1_500);
    return event;
  }
}
