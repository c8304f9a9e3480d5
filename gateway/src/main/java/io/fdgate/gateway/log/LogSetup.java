package io.fdgate.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Sets up logback, in code, and hands it what was logged before. */
public final class LogSetup {
  private static final String TERMINAL = "%d{HH:mm:ss.SSS} %highlight(%-5level) %msg%n";
  private static final String PLAIN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %msg%n";

  /** The logger of the http protocol's access log. */
  private static final String ACCESS = "io.fdgate.access";

  private LogSetup() {}

  /**
   * Starts logback; until then events are kept. Called once.
   *
   * @param level the least level that is written
   * @param xml a logback file that replaces the built-in set-up; when it cannot be read, the
   *     built-in one is used and a warning says so
   * @return stops logback, and so writes out what it holds back
   */
  public static Runnable start(String level, Optional<String> xml, LogReader reader) {
    LoggerContext context = new LoggerContext();
    context.setName("fdgate");
    context.setMDCAdapter(new LogbackMDCAdapter());
    Optional<JoranException> refused = xml.flatMap(file -> configure(context, Path.of(file)));
    if (xml.isEmpty() || refused.isPresent()) {
      context.reset();
      builtIn(context, level, reader);
    }
    context.start();
    DeferredLogger.handOver(context);
    refused.ifPresent(why ->
        LoggerFactory.getLogger(LogSetup.class)
            .warn(
                "log.logback = \"{}\" cannot be used ({}); the built-in log set-up is",
                xml.get(),
                why.getMessage()));
    return context::stop;
  }

  private static Optional<JoranException> configure(LoggerContext context, Path file) {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    try {
      configurator.doConfigure(file.toFile());
      return Optional.empty();
    } catch (JoranException refused) {
      return Optional.of(refused);
    }
  }

  private static void builtIn(LoggerContext context, String level, LogReader reader) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level));
    root.addAppender(console(context, "System.err", layout(context, reader)));
    if (root.getLevel().toInt() < Level.WARN_INT) {
      context.getLogger(LogLevels.NETTY).setLevel(Level.WARN);
    }
    LogLevels.SILENCED.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    accessLog(context, reader);
  }

  /** Access lines go to standard output, as they are. */
  private static void accessLog(LoggerContext context, LogReader reader) {
    ConsoleAppender<ILoggingEvent> console =
        console(context, "System.out", accessLayout(context, reader));
    Logger ours = context.getLogger(LogSetup.class);
    AccessLogAppender appender =
        new AccessLogAppender(
            console,
            lines ->
                ours.warn(
                    "{} lines of the access log were dropped: it is written too slowly", lines));
    appender.setContext(context);
    appender.start();
    Logger access = context.getLogger(ACCESS);
    access.setAdditive(false);
    access.addAppender(appender);
  }

  private static ConsoleAppender<ILoggingEvent> console(
      LoggerContext context, String target, Layout<ILoggingEvent> layout) {
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget(target);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static Layout<ILoggingEvent> accessLayout(LoggerContext context, LogReader reader) {
    return reader == LogReader.JOURNAL ? layout(context, reader) : pattern(context, "%msg%n");
  }

  private static Layout<ILoggingEvent> pattern(LoggerContext context, String pattern) {
    PatternLayout layout = new PatternLayout();
    layout.setContext(context);
    layout.setPattern(pattern);
    layout.start();
    return layout;
  }

  private static Layout<ILoggingEvent> layout(LoggerContext context, LogReader reader) {
    if (reader == LogReader.JOURNAL) {
      PriorityLayout layout = new PriorityLayout();
      layout.setContext(context);
      layout.start();
      return layout;
    }
    return pattern(context, reader == LogReader.TERMINAL ? TERMINAL : PLAIN);
  }
}
