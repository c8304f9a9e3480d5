package io.fdgate.protocol.forward;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.RejectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
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
final class Relay {
  private static final Logger logger = LoggerFactory.getLogger(Relay.class);
  private static final Duration LINGER = Duration.ofSeconds(2);
  private static final int DISCARD = 64 * 1024;
  private static final int ROUNDS = 16;

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
    boolean tcp = channel instanceof SocketChannel;
    LinuxSocket socket = (LinuxSocket) ((UnixChannel) channel).fd();
    client = new Side(socket, tcp, this::whileDialing);
    dial = new Dial(service, loop, this::linked, this::refused);
  }

  void start() {
    channel.closeFuture().addListener(_ -> end());
    try {
      if (client.isTcp()) {
        setTcpOptions(client.socket(), true); // Netty's channel has set TCP_NODELAY
      }
      client.register(loop);
      dial.start();
    } catch (IOException | RuntimeException broken) {
      logger.debug(LogEvent.CONNECTION_UNSERVED, "client {} cannot be served", channel, broken);
      end();
    }
  }

  private void setTcpOptions(LinuxSocket socket, boolean isNoDelay) throws IOException {
    if (service.noDelay() != isNoDelay) {
      socket.setTcpNoDelay(service.noDelay());
    }
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

  private void linked(Upstream upstream, Side side) {
    try {
      if (side.isTcp()) {
        setTcpOptions(side.socket(), false);
      }
    } catch (IOException gone) {
      // Then its first event says so.
    }
    upstream.opened();
    boolean splice = service.splice();
    ByteBuf header = service.proxyHeader().of(clientAddress(), localAddress());
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

  private Endpoint clientAddress() {
    Optional<Proxied> proxied = Proxied.of(channel);
    if (proxied.isPresent()) {
      return proxied.get().client();
    }
    if (channel.remoteAddress() instanceof InetSocketAddress address) {
      return new Endpoint.Inet(address);
    }
    if (service.socket().address() instanceof Endpoint.Vsock) {
      VSockAddress address = client.socket().remoteVSockAddress();
      return new Endpoint.Vsock(address.getCid(), address.getPort());
    }
    // Clients seldom bind, and then there is nothing to tell.
    return Endpoint.Unix.ofPath("");
  }

  private Endpoint localAddress() {
    Optional<Proxied> proxied = Proxied.of(channel);
    if (proxied.isPresent()) {
      return proxied.get().destination();
    }
    return channel.localAddress() instanceof InetSocketAddress address
        ? new Endpoint.Inet(address)
        : service.socket().address();
  }

  private void refused(String reason) {
    service.socket().counters().connectionRejected(RejectReason.NO_UPSTREAM);
    service.turnedAway("connection", reason);
    early.release();
    early = Unpooled.EMPTY_BUFFER;
    client.endOutput();
    linger();
  }

  private void progress() {
    Link open = link;
    if (ended || lingering || open == null) {
      return;
    }
    long receivedBefore = open.up().received();
    long upBefore = open.up().moved();
    long downBefore = open.down().moved();
    boolean more = open.up().pump() | open.down().pump();
    if (open.up().moved() != upBefore || open.down().moved() != downBefore) {
      lastMove = loop.ticker().nanoTime();
    }
    Counters counters = service.socket().counters();
    counters.bytesReceived(open.up().received() - receivedBefore);
    counters.bytesSent(open.down().moved() - downBefore);
    settle(open);
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

  /**
   * The client knows that there is no more. What it still sends is discarded for a while: to close
   * with input unread would reset the connection, and take from the client what it has not read.
   */
  private void linger() {
    lingering = true;
    cancelTimer();
    timer = loop.schedule(this::end, LINGER.toMillis(), TimeUnit.MILLISECONDS);
    client.listener(this::discard);
    discard();
  }

  private void discard() {
    if (ended) {
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
      end();
    } else if (client.isReadable()) {
      loop.execute(this::discard);
    }
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
    cancelTimer();
    dial.cancel();
    early.release();
    client.deregister();
    if (link != null) {
      link.up().release();
      link.down().release();
      link.upstream().closed();
      closeUpstream(link.side());
    }
    channel.close();
  }

  private static void closeUpstream(Side side) {
    try {
      side.close();
    } catch (IOException refused) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "close of an upstream's connection", refused);
    }
  }
}
