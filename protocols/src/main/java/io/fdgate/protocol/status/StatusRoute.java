package io.fdgate.protocol.status;

import io.fdgate.protocol.ServedSockets;
import io.fdgate.protocol.http.Exchange;
import io.fdgate.protocol.http.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;

/** Answers {@code /} as the client likes it, and {@code /events} with an event a second. */
final class StatusRoute implements Route {
  private static final String HTML = "text/html";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain";

  private final ServedSockets served;

  StatusRoute(ServedSockets served) {
    this.served = served;
  }

  @Override
  public void serve(Exchange exchange) {
    String path = exchange.path();
    if (!path.equals("/") && !path.equals("/events")) {
      exchange.answer(HttpResponseStatus.NOT_FOUND, "not found");
    } else if (!exchange.isGetOrHead()) {
      exchange.answerMethods("GET, HEAD, OPTIONS");
    } else if (path.equals("/events")) {
      new LiveEvents(exchange, served).start();
    } else {
      answer(exchange, Snapshot.of(served));
    }
  }

  private static void answer(Exchange exchange, Snapshot snapshot) {
    String type = type(exchange.request().headers().get(HttpHeaderNames.ACCEPT, ""));
    HttpHeaders headers =
        Exchange.headers()
            .set(HttpHeaderNames.CONTENT_TYPE, type + "; charset=utf-8")
            .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
            .set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT);
    String text =
        switch (type) {
          case HTML -> {
            headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, StatusPage.POLICY);
            yield StatusPage.html(snapshot);
          }
          case JSON -> snapshot.toJson() + "\n";
          default -> StatusTable.of(snapshot);
        };
    exchange.answer(HttpResponseStatus.OK, headers, text);
  }

  /** The first that the client names; the table for those that do not care. */
  private static String type(String accept) {
    for (String each : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
      String type = each.split(";", 2)[0].strip();
      if (type.equals(HTML) || type.equals(JSON) || type.equals(TEXT)) {
        return type;
      }
    }
    return TEXT;
  }
}
