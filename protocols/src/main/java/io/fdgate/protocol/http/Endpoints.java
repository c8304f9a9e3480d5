package io.fdgate.protocol.http;

import io.fdgate.protocol.SocketContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The endpoints for load tests and debugging. */
final class Endpoints {
  static final String READ_METHODS = "GET, HEAD, OPTIONS";
  static final String ALL_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE";

  private static final Route PLAINTEXT = new FixedAnswer("text/plain", "Hello, World!");
  private static final Route JSON =
      new FixedAnswer("application/json", "{\"message\":\"Hello, World!\"}");

  private final SocketContext socket;
  private final Limits limits;
  private final Map<String, Route> fixed;

  Endpoints(SocketContext socket, Limits limits) {
    this.socket = socket;
    this.limits = limits;
    this.fixed =
        Map.of(
            "/plaintext", reading(PLAINTEXT),
            "/json", reading(JSON),
            "/headers", reading(Endpoints::headers),
            "/whoami", reading(this::whoami),
            "/echo", new EchoRoute(),
            "/ws", new WebSocketRoute());
  }

  /** The endpoint of a path, if it is one's. */
  Optional<Route> find(String path) {
    Route route = fixed.get(path);
    if (route != null) {
      return Optional.of(route);
    }
    int slash = path.indexOf('/', 1);
    if (slash < 0) {
      return Optional.empty();
    }
    String argument = path.substring(slash + 1);
    return switch (path.substring(0, slash)) {
      case "/bytes" -> Optional.of(reading(exchange -> bytes(exchange, argument)));
      case "/status" -> Optional.of(exchange -> status(exchange, argument));
      case "/delay" -> Optional.of(reading(exchange -> delay(exchange, argument)));
      default -> Optional.empty();
    };
  }

  private static Route reading(Route route) {
    return exchange -> {
      if (exchange.isGetOrHead()) {
        route.serve(exchange);
      } else {
        exchange.answerMethods(READ_METHODS);
      }
    };
  }

  /** Any number of bytes, from one buffer. */
  private static void bytes(Exchange exchange, String argument) {
    OptionalLong count = number(argument, Long.MAX_VALUE);
    if (count.isEmpty()) {
      exchange.answer(HttpResponseStatus.BAD_REQUEST, "/bytes/N needs a whole number");
    } else {
      exchange.stream(
          HttpResponseStatus.OK,
          typed("application/octet-stream"),
          count,
          new PatternSource(count.getAsLong()));
    }
  }

  private static void status(Exchange exchange, String argument) {
    OptionalLong code = number(argument, 599);
    if (code.isEmpty() || code.getAsLong() < 200) {
      exchange.answer(HttpResponseStatus.BAD_REQUEST, "/status/CODE needs a code from 200 to 599");
      return;
    }
    HttpResponseStatus status = HttpResponseStatus.valueOf((int) code.getAsLong());
    if (status.code() == 204 || status.code() == 205 || status.code() == 304) {
      exchange.answerEmpty(status, Exchange.headers());
    } else {
      exchange.answer(status, status.toString());
    }
  }

  private void delay(Exchange exchange, String argument) {
    OptionalLong millis = number(argument, limits.delayMillis());
    if (millis.isEmpty()) {
      exchange.answer(
          HttpResponseStatus.BAD_REQUEST,
          "/delay/MS needs a whole number up to " + limits.delayMillis());
      return;
    }
    exchange
        .context()
        .executor()
        .schedule(
            () -> exchange.answer(HttpResponseStatus.OK, "waited " + argument + " ms"),
            millis.getAsLong(),
            TimeUnit.MILLISECONDS);
  }

  /** The request's head as it was understood. */
  private static void headers(Exchange exchange) {
    HttpRequest request = exchange.request();
    StringBuilder text = new StringBuilder();
    text.append(request.method()).append(' ').append(request.uri()).append(' ');
    text.append(request.protocolVersion()).append('\n');
    request
        .headers()
        .forEach(field ->
            text.append(field.getKey()).append(": ").append(field.getValue()).append('\n'));
    exchange.answer(HttpResponseStatus.OK, Exchange.headers(), text.toString());
  }

  private void whoami(Exchange exchange) {
    exchange.answer(
        HttpResponseStatus.OK,
        Exchange.headers(),
        "peer: "
            + exchange.peer().text()
            + "\nsocket: "
            + socket.name()
            + "\naddress: "
            + socket.address()
            + "\nprotocol: http ("
            + exchange.request().protocolVersion()
            + ")\n");
  }

  private static HttpHeaders typed(String type) {
    return Exchange.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
  }

  private static OptionalLong number(String text, long max) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(text);
      return number <= max ? OptionalLong.of(number) : OptionalLong.empty();
    } catch (NumberFormatException tooLong) {
      return OptionalLong.empty();
    }
  }
}
