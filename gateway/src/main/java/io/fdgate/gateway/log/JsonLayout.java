package io.fdgate.gateway.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.fdgate.protocol.JsonWriter;
import io.fdgate.protocol.LogEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Each line a JSON object. */
final class JsonLayout extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    JsonWriter json = new JsonWriter().object();
    json.member(
        "time",
        Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS).toString());
    json.member("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    EventFields.kind(event).map(LogEvent::id).ifPresent(id -> json.member("event", id));
    json.member("message", event.getFormattedMessage());
    EventFields.of(event).forEach(json::member);
    json.member("logger", event.getLoggerName());
    if (event.getThrowableProxy() != null) {
      json.member("exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return json.endObject() + "\n";
  }
}
