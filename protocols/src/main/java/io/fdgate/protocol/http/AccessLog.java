package io.fdgate.protocol.http;

import io.fdgate.protocol.LogEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes requests on a logger of its own. The line is made when the logger's appender asks for it,
 * which the gateway does on another thread.
 */
final class AccessLog {
  /** Its name; the gateway gives it an appender. */
  static final String LOGGER = "io.fdgate.access";

  private static final Logger logger = LoggerFactory.getLogger(LOGGER);

  private final boolean enabled;

  private AccessLog(boolean enabled) {
    this.enabled = enabled;
  }

  static AccessLog of(boolean enabled) {
    return new AccessLog(enabled);
  }

  boolean isEnabled() {
    return enabled && logger.isInfoEnabled();
  }

  void note(AccessLine line) {
    logger.info(LogEvent.REQUEST, "{}", line);
  }
}
