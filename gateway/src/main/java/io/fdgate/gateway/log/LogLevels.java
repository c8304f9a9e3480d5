package io.fdgate.gateway.log;

import java.util.List;
import org.slf4j.event.Level;

/** How much of Netty is heard. */
final class LogLevels {
  /**
   * They print a stack trace at WARN where socket(AF_INET) is denied, which is what we are run
   * under; inherited sockets do not care.
   */
  static final List<String> SILENCED =
      List.of(
          "io.netty.util.NetUtil",
          "io.netty.util.NetUtilInitializations",
          "io.netty.util.internal.MacAddressUtil");

  /** Heard from WARN on, whatever our own level. */
  static final String NETTY = "io.netty";

  private LogLevels() {}

  /** The least level of a logger, when ours is the given one. */
  static Level thresholdOf(String logger, Level ours) {
    if (SILENCED.contains(logger)) {
      return Level.ERROR;
    }
    return logger.startsWith(NETTY) ? Level.WARN : ours;
  }
}
