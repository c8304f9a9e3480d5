package io.fdgate.protocol.http;

import io.fdgate.protocol.SocketContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Locale;

/** What {@code /} shows where no files are served: HTML to browsers, text to others. */
final class WelcomePage implements Route {
  private final SocketContext socket;
  private final boolean endpoints;

  WelcomePage(SocketContext socket, boolean endpoints) {
    this.socket = socket;
    this.endpoints = endpoints;
  }

  @Override
  public void serve(Exchange exchange) {
    if (!exchange.target().path().equals("/")) {
      exchange.answer(HttpResponseStatus.NOT_FOUND, "not found");
    } else if (!exchange.isGetOrHead()) {
      exchange.answerMethods(Endpoints.READ_METHODS);
    } else {
      HttpHeaders headers =
          Exchange.headers()
              .set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT)
              .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
      if (wantsHtml(exchange)) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        exchange.answer(HttpResponseStatus.OK, headers, html());
      } else {
        exchange.answer(HttpResponseStatus.OK, headers, text());
      }
    }
  }

  private static boolean wantsHtml(Exchange exchange) {
    return exchange
        .request()
        .headers()
        .get(HttpHeaderNames.ACCEPT, "")
        .toLowerCase(Locale.ROOT)
        .contains("text/html");
  }

  private String text() {
    return "fdgate serves http on the socket \""
        + socket.name()
        + "\" ("
        + socket.address()
        + "), which it inherited.\n"
        + (endpoints
            ? "Try /plaintext /json /bytes/N /echo /headers /status/CODE /delay/MS /whoami /ws"
                + " /healthz\n"
            : "Set root = \"FOLDER\" to serve files, endpoints = true to have test endpoints.\n");
  }

  private String html() {
    return """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>fdgate</title>
    <style>
    :root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif }
    body { display: grid; place-content: center; min-height: 95vh; margin: 0 1.5rem }
    main { max-width: 34rem }
    h1 { font-weight: 300; font-size: 3rem; margin: 0; letter-spacing: -.03em }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem }
    dt { opacity: .6 } dd { margin: 0 } code { font-size: .95em }
    </style>
    <main>
    <h1>fdgate</h1>
    <p>A socket-activated gateway that never opens a port. It works.</p>
    <dl><dt>socket</dt><dd><code>%s</code></dd>
    <dt>address</dt><dd><code>%s</code></dd>
    <dt>next</dt><dd>%s</dd></dl>
    </main>
    """
        .formatted(
            HtmlText.escape(socket.name()),
            HtmlText.escape(socket.address().toString()),
            endpoints
                ? "<a href=\"/whoami\">/whoami</a>, <a href=\"/headers\">/headers</a>"
                : "set <code>root</code> in this socket's table to serve files");
  }
}
