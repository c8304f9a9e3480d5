package io.fdgate.protocol.forward;

import io.fdgate.protocol.DatagramPeer;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.forward.DatagramLink.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's datagrams, with a socket of their own to an upstream, so that its replies are told
 * from those to others. Used on the event loop of the inherited socket.
 *
 * <p>Only the client keeps it alive. Whoever forges a client's address gets no more for a datagram
 * than {@code max_replies}, in {@code session_timeout}.
 */
final class Session implements DatagramLink.Listener {
  private static final Logger logger = LoggerFactory.getLogger(Session.class);
  private static final int MOST_HELD = 64;
  // What a datagram costs beside its bytes.
  private static final int OVERHEAD = 512;
  // Then other sockets of the loop have their turn.
  private static final int ROUNDS = 64;

  private final Sessions sessions;
  private final DatagramPeer client;
  private final Duration timeout;
  private final int repliesEach;
  private final Deque<ByteBuf> held = new ArrayDeque<>();
  private Dial dial;
  private @Nullable DatagramLink link;
  private @Nullable Upstream upstream;
  private @Nullable Future<?> expiry;
  private long heardAt;
  private long repliesLeft;
  private boolean retrying;
  private boolean ended;

  Session(Sessions sessions, DatagramPeer client) {
    this.sessions = sessions;
    this.client = client;
    timeout = sessions.service().socket().settings().get(ForwardSettings.SESSION_TIMEOUT);
    repliesEach = sessions.service().socket().settings().get(ForwardSettings.MAX_REPLIES);
    dial = newDial();
  }

  private Dial newDial() {
    return new Dial(sessions.service(), sessions.loop(), this::linked, this::refused);
  }

  void start() {
    heardAt = now();
    awaitExpiry(timeout.toNanos());
    dial.start();
  }

  /** Carries a datagram of the client, which stays the caller's. */
  void fromClient(ByteBuf content) {
    if (ended) {
      // By its start: no upstream took anything, and there was no time to wait.
      sessions.drop(DropReason.UPSTREAM_UNREACHABLE);
      return;
    }
    heardAt = now();
    repliesLeft += repliesEach;
    boolean first = held.isEmpty();
    if (link == null || !first || !isDone(link.send(content))) {
      hold(content);
      if (first) {
        writable();
      }
    }
  }

  private void hold(ByteBuf content) {
    int length = content.readableBytes();
    if (held.size() < MOST_HELD && sessions.hold(length + OVERHEAD)) {
      held.add(
          Unpooled.directBuffer(Math.max(length, 1))
              .writeBytes(content, content.readerIndex(), length));
    } else {
      sessions.drop(DropReason.UPSTREAM_BUSY);
    }
  }

  private void linked(Upstream taker, Side side) {
    side.deregister();
    taker.opened();
    upstream = taker;
    link = new DatagramLink(side.socket(), this);
    link.register(sessions.loop());
    writable();
  }

  /** Sends what waits, as far as the upstream takes it. */
  @Override
  public void writable() {
    while (link != null && !held.isEmpty()) {
      Outcome outcome = link.send(held.element());
      if (isDone(outcome)) {
        letGo(held.remove());
      } else if (outcome == Outcome.BLOCKED) {
        link.await(true);
        return;
      } else {
        broken();
      }
    }
    if (link != null) {
      link.await(false);
    }
  }

  private boolean isDone(Outcome outcome) {
    if (outcome == Outcome.SENT) {
      retrying = false;
    } else if (outcome == Outcome.TOO_LONG) {
      sessions.drop(DropReason.TOO_LONG);
    }
    return outcome == Outcome.SENT || outcome == Outcome.TOO_LONG;
  }

  /** The upstream is gone. What waits goes to the next, but not round and round. */
  private void broken() {
    unlink(true);
    if (retrying && !held.isEmpty()) {
      retrying = false;
      sessions.drop(DropReason.UPSTREAM_UNREACHABLE);
      letGo(held.remove());
    }
    if (held.isEmpty()) {
      end();
    } else {
      retrying = true;
      dial = newDial();
      // Not from here: what waits may be many.
      sessions.loop().execute(this::redial);
    }
  }

  private void redial() {
    if (!ended) {
      dial.start();
    }
  }

  private void refused(String reason) {
    sessions.service().turnedAway("datagrams", reason);
    abandon();
  }

  @Override
  public void readable() {
    for (int i = 0; i < ROUNDS && link != null && receive(link); i++) {
      // Until there is no more.
    }
  }

  /** Passes a reply on; returns whether there may be more. */
  private boolean receive(DatagramLink from) {
    ByteBuf content = sessions.buffer();
    try {
      if (!from.receive(content)) {
        return false;
      }
    } catch (IOException | NotYetConnectedException gone) {
      logger.debug(
          LogEvent.CONNECTION_BROKEN, "the upstream of {} is gone", client.address(), gone);
      broken();
      return false;
    }
    if (Sessions.isTooLong(content)) {
      sessions.drop(DropReason.TOO_LONG);
    } else if (repliesEach > 0 && repliesLeft == 0) {
      sessions.drop(DropReason.UNASKED_REPLY);
    } else {
      repliesLeft--;
      client.reply(content);
    }
    return true;
  }

  private void awaitExpiry(long nanos) {
    expiry = sessions.loop().schedule(this::expire, nanos, TimeUnit.NANOSECONDS);
  }

  private void expire() {
    long left = timeout.toNanos() - (now() - heardAt);
    if (left > 0) {
      awaitExpiry(left);
    } else {
      abandon();
    }
  }

  /** Ends; what waits is dropped. */
  void abandon() {
    held.forEach(_ -> sessions.drop(DropReason.UPSTREAM_UNREACHABLE));
    end();
  }

  private void letGo(ByteBuf content) {
    sessions.letGo(content.readableBytes() + OVERHEAD);
    content.release();
  }

  /** Closes the socket and forgets what waits. Any number of times. */
  @Override
  public void end() {
    if (ended) {
      return;
    }
    ended = true;
    dial.cancel();
    unlink(false);
    if (expiry != null) {
      expiry.cancel(false);
    }
    held.forEach(this::letGo);
    held.clear();
    sessions.ended(client);
  }

  private void unlink(boolean refused) {
    if (upstream != null) {
      upstream.closed();
      if (refused) {
        upstream.refuse(now());
      }
      upstream = null;
    }
    DatagramLink before = link;
    link = null;
    if (before != null) {
      before.end();
    }
  }

  private long now() {
    return sessions.loop().ticker().nanoTime();
  }
}
