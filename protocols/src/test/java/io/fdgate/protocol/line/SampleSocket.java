package io.fdgate.protocol.line;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A socket to be served in tests: lines of 32 bytes, 10 s of patience. */
record SampleSocket(Counters counters, SocketContext context) {
  static final int LONGEST = 32;
  static final Duration IDLE = Duration.ofSeconds(10);

  static SampleSocket create() {
    Counters counters = new Counters();
    Endpoint path = Endpoint.Unix.ofPath("/run/a b;c%.sock");
    ServedSocket served = new ServedSocket(3, "my line", "unix", path, "line", counters);
    Settings settings =
        new Settings(
            Map.of(
                LineSettings.MAX_LINE.key(),
                (long) LONGEST,
                LineSettings.IDLE_TIMEOUT.key(),
                IDLE));
    return new SampleSocket(
        counters,
        new SocketContext("my line", path, settings, counters, () -> List.of(served, served)));
  }

  /** A service with every installed command. */
  LineService service() {
    try {
      return new LineService(context, LineCommands.load());
    } catch (SettingException wrong) {
      throw new AssertionError(wrong);
    }
  }

  /** A service with these commands only. */
  LineService service(LineCommand... commands) {
    try {
      return new LineService(context, LineCommands.of(List.of(commands).iterator()));
    } catch (SettingException wrong) {
      throw new AssertionError(wrong);
    }
  }
}
