package io.fdgate.gateway.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

/**
 * A logger that keeps its events, with their time, until logback is there to write them, and hands
 * them on from then on. Thread-safe.
 *
 * <p>Until then it takes what the built-in set-up would write at the level {@code info}: nothing is
 * lost, and Netty's dozens of debug messages cost nothing.
 */
final class DeferredLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;
  private static final String CALLER = DeferredLogger.class.getName();

  // One for the process: SLF4J makes the provider by reflection, and hands out only loggers.
  private static final Queue<Event> kept = new ConcurrentLinkedQueue<>();
  private static volatile @Nullable LoggerContext logback;

  private final transient Level threshold;
  private transient volatile ch.qos.logback.classic.@Nullable Logger target;

  DeferredLogger(String name) {
    this.name = name;
    this.threshold = LogLevels.thresholdOf(name, Level.INFO);
  }

  /** Writes what was kept, in order, and everything from now on, through logback. */
  static void handOver(LoggerContext context) {
    writeKept(context);
    logback = context;
    writeKept(context);
  }

  private static void writeKept(LoggerContext context) {
    for (Event event = kept.poll(); event != null; event = kept.poll()) {
      ch.qos.logback.classic.Logger logger = context.getLogger(event.logger);
      if (logger.isEnabledForLevel(event.level)) {
        LoggingEvent written =
            new LoggingEvent(
                CALLER,
                logger,
                ch.qos.logback.classic.Level.convertAnSLF4JLevel(event.level),
                event.message,
                event.throwable,
                event.arguments);
        written.setTimeStamp(event.millis);
        if (event.marker != null) {
          written.addMarker(event.marker);
        }
        logger.callAppenders(written);
      }
    }
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return CALLER;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      Object @Nullable [] arguments,
      @Nullable Throwable throwable) {
    ch.qos.logback.classic.Logger logger = target();
    if (logger != null) {
      logger.log(marker, CALLER, level.toInt(), message, arguments, throwable);
    } else {
      kept.add(
          new Event(
              System.currentTimeMillis(), getName(), level, marker, message, arguments, throwable));
    }
  }

  @Override
  public boolean isTraceEnabled() {
    return isEnabled(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return isEnabled(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return isEnabled(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return isEnabled(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return isEnabled(Level.ERROR);
  }

  private boolean isEnabled(Level level) {
    ch.qos.logback.classic.Logger logger = target();
    return logger == null ? level.toInt() >= threshold.toInt() : logger.isEnabledForLevel(level);
  }

  private ch.qos.logback.classic.@Nullable Logger target() {
    ch.qos.logback.classic.Logger logger = target;
    LoggerContext context = logback;
    if (logger == null && context != null) {
      logger = context.getLogger(getName());
      target = logger;
    }
    return logger;
  }

  /** An event and its time; a plain class, as a record's generated methods are not needed. */
  private static final class Event {
    private final long millis;
    private final String logger;
    private final Level level;
    private final @Nullable Marker marker;
    private final String message;
    private final Object @Nullable [] arguments;
    private final @Nullable Throwable throwable;

    Event(
        long millis,
        String logger,
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable throwable) {
      this.millis = millis;
      this.logger = logger;
      this.level = level;
      this.marker = marker;
      this.message = message;
      this.arguments = arguments;
      this.throwable = throwable;
    }
  }
}
