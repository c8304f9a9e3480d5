package io.fdgate.protocol.status;

import io.fdgate.protocol.ServedSockets;
import io.fdgate.protocol.http.Exchange;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events: a snapshot a second until the client leaves or the gateway stops. While the
 * client does not read there are none. Used on the connection's event loop.
 */
final class LiveEvents {
  private static final long PERIOD_MILLIS = 1_000;

  private final Exchange exchange;
  private final ChannelHandlerContext ctx;
  private final ServedSockets served;
  private boolean ended;

  LiveEvents(Exchange exchange, ServedSockets served) {
    this.exchange = exchange;
    this.ctx = exchange.context();
    this.served = served;
  }

  void start() {
    exchange.start(
        HttpResponseStatus.OK,
        Exchange.headers()
            .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
            .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE),
        OptionalLong.empty());
    if (exchange.request().method().equals(HttpMethod.HEAD)) {
      end();
    } else {
      tick();
      exchange.whenDraining(this::end);
    }
  }

  private void tick() {
    if (ended || exchange.isAborted()) {
      return;
    }
    if (ctx.channel().isWritable()) {
      String event = "data: " + Snapshot.of(served).toJson() + "\n\n";
      exchange.write(Unpooled.wrappedBuffer(event.getBytes(StandardCharsets.UTF_8)));
    }
    ctx.executor().schedule(this::tick, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void end() {
    if (!ended) {
      ended = true;
      exchange.end(EmptyHttpHeaders.INSTANCE);
    }
  }
}
