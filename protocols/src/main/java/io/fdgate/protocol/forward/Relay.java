package io.fdgate.protocol.forward;

import io.fdgate.protocol.BufferedBytes;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.KeptConnection;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.RejectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection and that to its upstream. Used on the client's event loop.
 *
 * <p>The end of one direction is told to the other side once everything before it was sent, and the
 * other direction goes on. When one side is gone altogether and the other knows it, the relay ends.
 */
final class Relay implements BufferedBytes {
  private static final Logger logger = LoggerFactory.getLogger(Relay.class);

  private final Channel channel;
  private final IoEventLoop loop;
  private final ForwardService service;
  private final Side client;
  private final Dial dial;
  private ByteBuf early;
  private @Nullable Link link;
  private @Nullable Future<?> timer;
  private long lastMove;
  private boolean again;
  private boolean leaving;
  private boolean lingering;
  private boolean ended;

  /** An upstream that took the connection, and both directions. */
  private record Link(Upstream upstream, Side side, Flow up, Flow down) {}

  /**
   * A relay that has yet to be started.
   *
   * @param channel the client's, no longer registered
   * @param early what was received already; the relay's from now on
   */
  Relay(Channel channel, ForwardService service, ByteBuf early) {
    this.channel = channel;
    this.loop = (IoEventLoop) channel.eventLoop();
    this.service = service;
    this.early = early;
    boolean tcp = service.socket().address() instanceof Endpoint.Inet;
    LinuxSocket socket = (LinuxSocket) ((UnixChannel) channel).fd();
    client = new Side(socket, tcp, this::whileDialing);
    dial = new Dial(service, loop, this::dialed, this::refused);
  }

  void start() {
    channel.attr(BufferedBytes.KEY).set(this);
    channel.closeFuture().addListener(_ -> end());
    try {
      if (client.isTcp()) {
        setTcpOptions(client.socket());
      }
      client.register(loop);
      Optional<KeptConnection> kept = KeptConnection.of(channel);
      if (kept.isPresent() && kept.get().isResumed()) {
        resume(kept.get().takeCompanion());
      } else {
        dial.start();
      }
    } catch (IOException | RuntimeException broken) {
      logger.debug(
          LogEvent.CONNECTION_UNSERVED,
          "client {} cannot be served",
          Proxied.source(channel),
          broken);
      end();
    }
  }

  /** Goes on where another process has left; both sides know themselves what has ended. */
  private void resume(OptionalInt upstream) throws IOException {
    if (upstream.isEmpty()) {
      logger.info(
          LogEvent.CONNECTIONS_NOT_RESUMED,
          "{}: a client's connection is closed, because its upstream's did not last",
          service.socket());
      end();
      return;
    }
    LinuxSocket socket = LinuxSocket.newSocket(upstream.getAsInt());
    Side side = new Side(socket, Outgoing.isTcp(socket), this::progress);
    side.register(loop);
    linked(service.upstreams().first(), side, Unpooled.EMPTY_BUFFER);
  }

  private void setTcpOptions(LinuxSocket socket) throws IOException {
    socket.setTcpNoDelay(service.noDelay());
    socket.setKeepAlive(service.keepAlive());
  }

  /** The client may send or end: that waits. Only if it broke the connection, nothing is needed. */
  private void whileDialing() {
    if (clientBroke()) {
      service.socket().counters().peerFault();
      end();
    }
  }

  /** A reset is passed on ahead of what waits: the upstream may not read until it hears of it. */
  private boolean clientBroke() {
    return client.isTcp() && client.hasError();
  }

  private void dialed(Upstream upstream, Side side) {
    KeptConnection.of(channel).ifPresent(kept -> kept.keepWith(side.socket().intValue()));
    linked(upstream, side, service.proxyHeader().of(channel, service.socket().address()));
  }

  private void linked(Upstream upstream, Side side, ByteBuf header) {
    try {
      if (side.isTcp()) {
        setTcpOptions(side.socket());
      }
    } catch (IOException gone) {
      // Then its first event says so.
    }
    upstream.opened();
    boolean splice = service.splice();
    link =
        new Link(
            upstream,
            side,
            new Flow(client, side, joined(header, early), splice),
            new Flow(side, client, Unpooled.EMPTY_BUFFER, splice));
    early = Unpooled.EMPTY_BUFFER;
    client.listener(this::progress);
    side.listener(this::progress);
    lastMove = loop.ticker().nanoTime();
    if (service.idleTimeout().isPositive()) {
      awaitIdle(service.idleTimeout().toNanos());
    }
    progress();
  }

  /** Leaves both sides to the next process, as soon as nothing is held here. */
  void leave() {
    leaving = true;
    progress();
  }

  /**
   * A direction receives only while the other holds something: whoever is to take that may have to
   * be relieved first of what it sends.
   */
  private static boolean pumpOut(Flow up, Flow down) {
    boolean upHeld = up.isHolding();
    boolean downHeld = down.isHolding();
    up.stop(!downHeld);
    down.stop(!upHeld);
    boolean more = up.pump() | down.pump();
    return more || upHeld != up.isHolding() || downHeld != down.isHolding();
  }

  private void leaveIfEmpty(Link open) {
    if (ended || lingering || open.up().isHolding() || open.down().isHolding()) {
      return;
    }
    ended = true;
    release(open);
    open.side().deregister();
    client.deregister();
    closeUpstream(open.side());
    KeptConnection.of(channel).ifPresent(KeptConnection::leave);
  }

  /** One buffer of memory that system calls can take; both are given up. */
  private ByteBuf joined(ByteBuf first, ByteBuf second) {
    int length = first.readableBytes() + second.readableBytes();
    ByteBuf both =
        length == 0
            ? Unpooled.EMPTY_BUFFER
            : channel.alloc().directBuffer(length).writeBytes(first).writeBytes(second);
    first.release();
    second.release();
    return both;
  }

  private void refused(String reason) {
    service.socket().counters().connectionRejected(RejectReason.NO_UPSTREAM);
    service.turnedAway("connection", reason);
    early.release();
    early = Unpooled.EMPTY_BUFFER;
    client.endOutput();
    linger();
  }

  @Override
  public long bufferedBytes() {
    Link open = link;
    return open == null ? 0 : open.up().held() + open.down().held();
  }

  private void progress() {
    Link open = link;
    if (ended || lingering || open == null) {
      return;
    }
    long receivedBefore = open.up().received();
    long upBefore = open.up().moved();
    long downBefore = open.down().moved();
    boolean more =
        leaving ? pumpOut(open.up(), open.down()) : open.up().pump() | open.down().pump();
    if (open.up().moved() != upBefore || open.down().moved() != downBefore) {
      lastMove = loop.ticker().nanoTime();
    }
    Counters counters = service.socket().counters();
    counters.bytesReceived(open.up().received() - receivedBefore);
    counters.bytesSent(open.down().moved() - downBefore);
    settle(open);
    if (leaving) {
      leaveIfEmpty(open);
    }
    if (more && !again && !ended) {
      again = true;
      loop.execute(() -> {
        again = false;
        progress();
      });
    }
  }

  private void settle(Link open) {
    Side upstream = open.side();
    client.settle();
    upstream.settle();
    if (client.isReset() || upstream.isReset() || clientBroke()) {
      reset(open);
    } else if (client.isGone() && upstream.isOutputEnded()) {
      end();
    } else if (upstream.isGone() && client.isOutputEnded()) {
      linger();
    } else {
      stopSender(client, upstream);
      stopSender(upstream, client);
    }
  }

  /** One side takes nothing more: the other is told, as it would be without us between. */
  private static void stopSender(Side deaf, Side sender) {
    if (deaf.isOutputEnded() && !sender.isInputEnded()) {
      sender.endInput();
    }
  }

  private void reset(Link open) {
    if (open.side().isReset()) {
      client.resetOnClose();
    } else {
      service.socket().counters().peerFault();
      open.side().resetOnClose();
    }
    end();
  }

  private void linger() {
    lingering = true;
    cancelTimer();
    Farewell farewell = new Farewell(channel, client, this::end);
    timer = farewell.timer();
    farewell.begin();
  }

  private void awaitIdle(long nanos) {
    timer = loop.schedule(this::idle, nanos, TimeUnit.NANOSECONDS);
  }

  private void idle() {
    long left = service.idleTimeout().toNanos() - (loop.ticker().nanoTime() - lastMove);
    if (left > 0) {
      awaitIdle(left);
    } else {
      end();
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** Closes both sides. Any number of times. */
  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    dial.cancel();
    early.release();
    boolean kept = KeptConnection.of(channel).isPresent();
    if (kept) {
      client.deregister(); // the manager's copy would stay in epoll
    }
    if (link == null) {
      cancelTimer();
    } else {
      release(link);
      if (kept) {
        link.side().deregister();
        KeptConnection.end(link.side().socket());
      }
      closeUpstream(link.side());
    }
    channel.close();
    client.deregister();
  }

  private void release(Link open) {
    cancelTimer();
    open.up().release();
    open.down().release();
    open.upstream().closed();
  }

  private static void closeUpstream(Side side) {
    try {
      side.close();
    } catch (IOException refused) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "close of an upstream's connection", refused);
    }
  }
}
