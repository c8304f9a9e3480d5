package io.fdgate.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AccessLogAppenderTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void dropsAndCountsInsteadOfBlocking() {
    CountDownLatch open = new CountDownLatch(1);
    AtomicLong written = new AtomicLong();
    AtomicLong dropped = new AtomicLong();
    AppenderBase<ILoggingEvent> slow =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            try {
              open.await();
              written.incrementAndGet();
            } catch (InterruptedException stopped) {
              throw new IllegalStateException(stopped);
            }
          }
        };
    slow.start();
    AccessLogAppender appender = new AccessLogAppender(slow, dropped::addAndGet);
    appender.start();
    int lines = 20_000;
    for (int i = 0; i < lines; i++) {
      appender.doAppend(event());
    }
    open.countDown();
    appender.stop();
    assertThat(dropped.get()).isGreaterThan(10_000);
    assertThat(written.get() + dropped.get()).isBetween(lines - 1L, (long) lines);
  }

  private LoggingEvent event() {
    return new LoggingEvent(
        "", context.getLogger("access"), Level.INFO, "a line", null, new Object[0]);
  }
}
