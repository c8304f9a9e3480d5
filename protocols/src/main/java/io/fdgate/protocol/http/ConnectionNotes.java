package io.fdgate.protocol.http;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Printable;
import io.fdgate.protocol.Proxied;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is noted of one connection: who is at its other end, what was asked, what went wrong. */
final class ConnectionNotes {
  private static final Logger logger = LoggerFactory.getLogger(ConnectionNotes.class);

  private final HttpServer server;
  private final Channel connection;
  private @Nullable Peer peer;
  private boolean broken;

  ConnectionNotes(HttpServer server, Channel connection) {
    this.server = server;
    this.connection = connection;
  }

  /** Asks the kernel once, and only if anyone wants to know. */
  Peer peer() {
    Peer known = peer;
    if (known == null) {
      known = Peer.of(connection, server.socket().address());
      peer = known;
    }
    return known;
  }

  void answered(Exchange exchange) {
    Counters counters = server.socket().counters();
    counters.requestAnswered(exchange.status());
    if (counters.isObserved()) {
      counters.requestTook(System.nanoTime() - exchange.startNanos());
    }
    if (server.accessLog().isEnabled()) {
      server.accessLog().note(AccessLine.of(exchange));
    }
  }

  void refused(ErrorAnswer answer) {
    server.socket().counters().requestAnswered(answer.status());
    if (server.accessLog().isEnabled()) {
      server.accessLog().note(answer.accessLine(peer()));
    }
  }

  /** A request that could not be read has been answered, without a body. */
  void unreadable(HttpResponseStatus status) {
    server.socket().counters().requestAnswered(status.code());
    if (server.accessLog().isEnabled()) {
      server
          .accessLog()
          .note(
              new AccessLine(
                  peer().host(), System.currentTimeMillis(), "-", status.code(), 0, "-", "-"));
    }
  }

  /** A reset or a broken pipe. With the connection fails each write that waits. */
  void broken(Throwable cause) {
    if (!broken) {
      broken = true;
      peerFault(cause.toString());
    }
  }

  /** A fault of the peer's: counted, and quiet. */
  void peerFault(String what) {
    server.socket().counters().peerFault();
    logger.debug(
        LogEvent.CONNECTION_BROKEN,
        "connection {}: {}",
        Proxied.source(connection),
        Printable.of(what),
        server.socket());
  }

  /** A fault of ours. */
  void ourFault(Throwable cause) {
    logger.warn(
        LogEvent.REQUEST_FAULT, "a request on {} met a fault of ours", server.socket(), cause);
  }
}
