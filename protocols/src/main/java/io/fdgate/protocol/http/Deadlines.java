package io.fdgate.protocol.http;

import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/**
 * When the peer of an HTTP/1 connection takes too long: with a request's head, with a part of its
 * body or of its answer, or with everything. Used on the connection's event loop.
 */
final class Deadlines {
  private final HttpConnection connection;
  private final Countdown headTimer;
  private final Countdown paceTimer;
  private final PeerPace pace = new PeerPace();
  private @Nullable Exchange watched;
  private long sentBefore;

  Deadlines(HttpConnection connection, Limits limits) {
    this.connection = connection;
    this.headTimer = new Countdown(limits.headerMillis(), this::headOverdue);
    this.paceTimer = new Countdown(limits.bodyMillis(), this::lookAtPace);
  }

  /** A head has begun; no matter if that was said before. */
  void headBegan() {
    headTimer.start(connection.ctx().executor());
  }

  /** It is there, or will not be waited for. */
  void headEnded() {
    headTimer.stop();
  }

  /** An exchange is over. */
  void answered(Exchange exchange) {
    sentBefore += exchange.sent();
  }

  /** The connection has ended, or is no longer HTTP/1. */
  void stop() {
    headTimer.stop();
    paceTimer.stop();
  }

  /** Neither side has done anything for too long. */
  void idle() {
    Exchange exchange = connection.current();
    if (connection.isEnding()) {
      connection.ctx().close();
    } else if (exchange == null) {
      if (connection.isWithinHead()) {
        headOverdue();
      } else {
        connection.end(false);
      }
    } else if (!exchange.body().isEnded() || exchange.isAnswerStarted()) {
      overdue(exchange);
    }
  }

  private void headOverdue() {
    if (connection.isWithinHead()) {
      refuse();
    }
  }

  private void overdue(@Nullable Exchange exchange) {
    if (exchange != null && !exchange.body().isEnded() && !exchange.isAnswerStarted()) {
      refuse();
    } else {
      connection.notes().peerFault("the peer does not read or write");
      connection.breakOff();
    }
  }

  private void refuse() {
    connection.refuse(new Refusal(HttpResponseStatus.REQUEST_TIMEOUT, "the request took too long"));
  }

  /** Watches the pace of an exchange that is not over at once, and of what is not taken at once. */
  void watchPace(@Nullable Exchange exchange) {
    boolean awaited = exchange != null && !exchange.body().isEnded();
    if (awaited && watched != exchange) {
      watched = exchange;
      paceTimer.stop();
    }
    if ((exchange != null || pending(exchange) > 0) && !paceTimer.isRunning()) {
      isTooSlow(exchange);
      paceTimer.start(connection.ctx().executor());
    }
  }

  private void lookAtPace() {
    Exchange exchange = connection.current();
    if (isTooSlow(exchange)) {
      overdue(exchange);
    } else if (exchange != null || pending(null) > 0) {
      paceTimer.start(connection.ctx().executor());
    }
  }

  private boolean isTooSlow(@Nullable Exchange exchange) {
    return pace.isTooSlow(
        exchange != null && !exchange.body().isEnded(),
        exchange == null ? 0 : exchange.body().received(),
        sentBefore + (exchange == null ? 0 : exchange.sent()),
        pending(exchange));
  }

  /** The bytes that were written and that the peer has not taken. */
  private long pending(@Nullable Exchange exchange) {
    ChannelOutboundBuffer buffer = connection.ctx().channel().unsafe().outboundBuffer();
    return (buffer == null
            ? 0
            : Math.max(0, buffer.totalPendingWriteBytes() - buffer.currentProgress()))
        + (exchange == null ? 0 : exchange.untakenRegion());
  }
}
