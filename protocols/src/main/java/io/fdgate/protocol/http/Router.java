package io.fdgate.protocol.http;

import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;

/** Chooses who answers, by path: the built-in endpoints first, then files or the welcome page. */
final class Router implements Route {
  private static final String HEALTH = "/healthz";

  private final Optional<Endpoints> endpoints;
  private final Route rest;

  private Router(Optional<Endpoints> endpoints, Route rest) {
    this.endpoints = endpoints;
    this.rest = rest;
  }

  static Router of(SocketContext socket, Limits limits) throws SettingException {
    boolean enabled = socket.settings().get(HttpSettings.ENDPOINTS);
    return new Router(
        enabled ? Optional.of(new Endpoints(socket, limits)) : Optional.empty(),
        FileRoute.of(socket.settings()).orElseGet(() -> new WelcomePage(socket, enabled)));
  }

  /** Nothing but what another protocol serves. */
  static Router of(Route content) {
    return new Router(Optional.empty(), content);
  }

  @Override
  public void serve(Exchange exchange) {
    String path = exchange.target().path();
    if (path.equals("*")) {
      exchange.answerEmpty(
          HttpResponseStatus.NO_CONTENT,
          Exchange.headers().set(HttpHeaderNames.ALLOW, Endpoints.ALL_METHODS));
    } else if (path.equals(HEALTH)) {
      health(exchange);
    } else {
      endpoints.flatMap(each -> each.find(path)).orElse(rest).serve(exchange);
    }
  }

  private static void health(Exchange exchange) {
    if (exchange.isGetOrHead()) {
      exchange.answer(
          HttpResponseStatus.OK,
          Exchange.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store"),
          "ok\n");
    } else {
      exchange.answerMethods(Endpoints.READ_METHODS);
    }
  }
}
