package io.fdgate.protocol.line;

import io.fdgate.protocol.Setting;
import java.time.Duration;
import java.util.List;

/** The keys of a {@code [sockets.NAME]} table that the line protocol serves. */
final class LineSettings {
  static final Setting<Long> MAX_LINE =
      Setting.size(
          "max_line", 8 * 1024, 16, 1024 * 1024, "The longest request line, without its line end.");

  static final Setting<Duration> IDLE_TIMEOUT =
      Setting.duration(
          "idle_timeout",
          Duration.ofMinutes(5),
          Duration.ofMillis(100),
          Duration.ofDays(1),
          "How long a connection may go without a complete line and without taking an answer"
              + " before it is closed. Datagram sockets have no use for it.");

  static final List<Setting<?>> ALL = List.of(MAX_LINE, IDLE_TIMEOUT);

  private LineSettings() {}
}
