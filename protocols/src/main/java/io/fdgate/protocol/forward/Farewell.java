package io.fdgate.protocol.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The last seconds of a client that knows that there is no more. What it still sends is discarded
 * for a while: to close with input unread would reset the connection, and take from the client what
 * it has not read. Used on the client's event loop.
 */
final class Farewell {
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final int DISCARD = 64 * 1024;
  private static final int ROUNDS = 16;

  private final Channel channel;
  private final EventLoop loop;
  private final Side client;
  private final Runnable over;

  /**
   * A farewell that has not begun.
   *
   * @param over closes the client's side; any number of times
   */
  Farewell(Channel channel, Side client, Runnable over) {
    this.channel = channel;
    this.loop = channel.eventLoop();
    this.client = client;
    this.over = over;
  }

  /** Ends it in any case; to be cancelled when it is over. */
  Future<?> timer() {
    return loop.schedule(over, LINGER.toMillis(), TimeUnit.MILLISECONDS);
  }

  void begin() {
    client.listener(this::discard);
    discard();
  }

  private void discard() {
    if (!client.socket().isOpen()) {
      return;
    }
    ByteBuf waste = channel.alloc().directBuffer(DISCARD, DISCARD);
    try {
      for (int i = 0; i < ROUNDS && client.isReadable() && !client.isInputEnded(); i++) {
        client.receive(waste.clear());
      }
    } finally {
      waste.release();
    }
    if (client.isInputEnded()) {
      over.run();
    } else if (client.isReadable()) {
      loop.execute(this::discard);
    }
  }
}
