package io.fdgate.gateway.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.LogFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Marker;

/** What structured logs take from a log line besides its text. */
final class EventFields {
  private EventFields() {}

  /** The kind of event; none for lines of libraries. */
  static Optional<LogEvent> kind(ILoggingEvent event) {
    List<Marker> markers = event.getMarkerList();
    if (markers != null) {
      for (Marker marker : markers) {
        if (marker instanceof LogEvent kind) {
          return Optional.of(kind);
        }
      }
    }
    return Optional.empty();
  }

  /** The fields of its arguments, in their order. */
  static Map<String, String> of(ILoggingEvent event) {
    Map<String, String> fields = new LinkedHashMap<>();
    Object[] arguments = event.getArgumentArray();
    if (arguments != null) {
      for (Object argument : arguments) {
        if (argument instanceof LogFields each) {
          each.logFields(fields::putIfAbsent);
        }
      }
    }
    return fields;
  }
}
