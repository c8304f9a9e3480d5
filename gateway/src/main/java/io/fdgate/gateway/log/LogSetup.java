package io.fdgate.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.JoranException;
import io.fdgate.protocol.LogEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Sets up logback, in code, and hands it what was logged before. */
public final class LogSetup {
  /** The logger of the http protocol's access log. */
  private static final String ACCESS = "io.fdgate.access";

  private LogSetup() {}

  /**
   * Starts logback; until then events are kept. Called once.
   *
   * @param level the least level that is written
   * @param json whether each line is a JSON object
   * @param xml a logback file that replaces the built-in set-up; when it cannot be read, the
   *     built-in one is used and a warning says so
   * @return stops logback, and so writes out what it holds back
   */
  public static Runnable start(String level, boolean json, Optional<String> xml, LogReader reader) {
    LoggerContext context = new LoggerContext();
    context.setName("fdgate");
    context.setMDCAdapter(new LogbackMDCAdapter());
    Optional<JoranException> refused = xml.flatMap(file -> configure(context, Path.of(file)));
    if (xml.isEmpty() || refused.isPresent()) {
      context.reset();
      builtIn(context, level, json ? Form.JSON : Form.of(reader));
    }
    context.start();
    DeferredLogger.handOver(context);
    refused.ifPresent(why ->
        LoggerFactory.getLogger(LogSetup.class)
            .warn(
                LogEvent.LOG_SETUP_REFUSED,
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

  /** How lines look. */
  private enum Form {
    TERMINAL,
    PLAIN,
    PREFIXED,
    JOURNAL,
    JSON;

    static Form of(LogReader reader) {
      return switch (reader) {
        case TERMINAL -> TERMINAL;
        case PLAIN -> PLAIN;
        case CONTAINER -> PREFIXED;
        case JOURNAL -> Files.exists(Path.of(JournalAppender.SOCKET)) ? JOURNAL : PREFIXED;
      };
    }
  }

  private static void builtIn(LoggerContext context, String level, Form form) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level));
    root.addAppender(appender(context, "System.err", form, layout(context, form)));
    if (root.getLevel().toInt() < Level.WARN_INT) {
      context.getLogger(LogLevels.NETTY).setLevel(Level.WARN);
    }
    LogLevels.SILENCED.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    accessLog(context, form);
  }

  /** Access lines go to standard output, as they are. */
  private static void accessLog(LoggerContext context, Form form) {
    Appender<ILoggingEvent> target =
        appender(context, "System.out", form, accessLayout(context, form));
    Logger ours = context.getLogger(LogSetup.class);
    AccessLogAppender appender =
        new AccessLogAppender(
            target,
            lines ->
                ours.warn(
                    LogEvent.ACCESS_LOG_DROPPED,
                    "{} lines of the access log were dropped: it is written too slowly",
                    lines));
    appender.setContext(context);
    appender.start();
    Logger access = context.getLogger(ACCESS);
    access.setAdditive(false);
    access.addAppender(appender);
  }

  private static Appender<ILoggingEvent> appender(
      LoggerContext context, String stream, Form form, Layout<ILoggingEvent> layout) {
    Appender<ILoggingEvent> console = console(context, stream, layout);
    if (form != Form.JOURNAL) {
      return console;
    }
    JournalAppender journal = new JournalAppender(JournalAppender.SOCKET, console);
    journal.setContext(context);
    journal.start();
    return journal;
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

  private static Layout<ILoggingEvent> accessLayout(LoggerContext context, Form form) {
    return switch (form) {
      case TERMINAL, PLAIN -> started(context, new MessageLayout());
      case PREFIXED, JOURNAL, JSON -> layout(context, form);
    };
  }

  private static Layout<ILoggingEvent> layout(LoggerContext context, Form form) {
    return switch (form) {
      case TERMINAL -> started(context, TextLayout.ofTerminal());
      case PLAIN -> started(context, TextLayout.ofFile());
      case PREFIXED, JOURNAL -> started(context, new PriorityLayout());
      case JSON -> started(context, new JsonLayout());
    };
  }

  private static Layout<ILoggingEvent> started(
      LoggerContext context, LayoutBase<ILoggingEvent> layout) {
    layout.setContext(context);
    layout.start();
    return layout;
  }
}
