package io.fdgate.protocol.http;

import io.fdgate.protocol.LogFields;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * A line in Combined Log Format, which {@link #toString} makes.
 *
 * @param peer the host
 * @param millis when the request began
 * @param request the request line, or {@code -}
 * @param status of the answer; 499 when the peer left before there was one
 * @param bytes of the answer's body
 * @param referer the field, or {@code -}
 * @param agent the User-Agent field, or {@code -}
 */
record AccessLine(
    String peer, long millis, String request, int status, long bytes, String referer, String agent)
    implements LogFields {

  /** Of an exchange that is over. */
  static AccessLine of(Exchange exchange) {
    HttpRequest request = exchange.request();
    HttpHeaders headers = request.headers();
    return new AccessLine(
        exchange.peer().host(),
        exchange.startMillis(),
        request.method() + " " + request.uri() + " " + request.protocolVersion(),
        exchange.status(),
        exchange.sent(),
        headers.get(HttpHeaderNames.REFERER, "-"),
        headers.get(HttpHeaderNames.USER_AGENT, "-"));
  }

  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(128);
    line.append(peer).append(" - - [");
    Time.FORMAT.formatTo(Instant.ofEpochMilli(millis), line);
    quoted(line.append("] "), request);
    line.append(' ').append(status).append(' ');
    if (bytes == 0) {
      line.append('-');
    } else {
      line.append(bytes);
    }
    quoted(line.append(' '), referer);
    quoted(line.append(' '), agent);
    return line.toString();
  }

  @Override
  public void logFields(BiConsumer<String, String> fields) {
    fields.accept("peer", peer);
    fields.accept("request", request);
    fields.accept("status", Integer.toString(status));
    fields.accept("bytes", Long.toString(bytes));
  }

  /** Quotes, backslashes and all but printable ASCII as {@code \xHH}, as Apache httpd does. */
  private static void quoted(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        line.append(c);
      } else {
        line.append(String.format("\\x%02x", (int) c));
      }
    }
    line.append('"');
  }

  /** Loaded when the first line is written, and not when the first request is answered. */
  private static final class Time {
    static final DateTimeFormatter FORMAT =
        DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private Time() {}
  }
}
