package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.protocol.BufferedBytes;
import io.fdgate.protocol.ByteCounter;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.HalfCloseHandler;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.RejectReason;
import io.fdgate.protocol.Throttle;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.IoEventLoopGroup;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections of all listeners. Thread-safe. */
public final class Connections {
  private static final Logger logger = LoggerFactory.getLogger(Connections.class);

  private final IoEventLoopGroup loops;
  private final @Nullable Keeper keeper;
  private final HalfCloseHandler halfClose = new HalfCloseHandler();
  private final FaultHandler faults = new FaultHandler();
  private final Set<Channel> open = ConcurrentHashMap.newKeySet();
  private final Object emptied = new Object();
  private final MemoryReturn memory = MemoryReturn.ofThisProcess();
  private final Throttle acceptThrottle = new Throttle();

  /**
   * Starts empty.
   *
   * @param loops where connections are served, in turn
   * @param keeper has connections held for the next process; null if none are
   */
  public Connections(IoEventLoopGroup loops, @Nullable Keeper keeper) {
    this.loops = loops;
    this.keeper = keeper;
  }

  /** The number of open connections. */
  public int count() {
    return open.size();
  }

  /** Tells the protocol of each connection that the gateway is stopping. */
  public void drain() {
    for (Channel connection : open) {
      connection
          .eventLoop()
          .execute(() -> {
            boolean goesOn = keeper != null && Keeper.isKept(connection);
            connection
                .pipeline()
                .fireUserEventTriggered(goesOn ? GatewayEvent.LEAVE : GatewayEvent.DRAIN);
          });
    }
  }

  /** Waits until no connection is open; returns whether that came about in time. */
  public boolean awaitNone(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    synchronized (emptied) {
      long left = nanos;
      while (!open.isEmpty() && left > 0) {
        TimeUnit.NANOSECONDS.timedWait(emptied, left);
        left = deadline - System.nanoTime();
      }
    }
    return open.isEmpty();
  }

  /**
   * Closes connections whose peers do not take what was written to them, those with the most first,
   * until all the others together hold no more than a number of bytes.
   */
  public void bound(long mostBytes) {
    Map<Channel, Long> unsent = new HashMap<>();
    long all = 0;
    for (Channel connection : open) {
      ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
      // HTTP/2 counts what is on its way to the socket, too.
      long bytes =
          Math.max(
              buffer == null ? 0 : buffer.totalPendingWriteBytes(), BufferedBytes.of(connection));
      if (bytes > 0) {
        unsent.put(connection, bytes);
        all += bytes;
      }
    }
    if (all <= mostBytes) {
      return;
    }
    List<Map.Entry<Channel, Long>> largestFirst = new ArrayList<>(unsent.entrySet());
    largestFirst.sort(Map.Entry.<Channel, Long>comparingByValue().reversed());
    long left = all;
    int closed = 0;
    for (Map.Entry<Channel, Long> each : largestFirst) {
      if (left > mostBytes) {
        each.getKey().close();
        left -= each.getValue();
        closed++;
      }
    }
    logger.warn(
        LogEvent.LIMIT_REACHED,
        "max_buffered = {}: {} bytes were written that clients do not take, {} of them closed",
        mostBytes,
        all,
        closed);
  }

  /** The throttle of the log lines about accept(2). */
  Throttle acceptThrottle() {
    return acceptThrottle;
  }

  /** Closes all connections, without waiting. */
  public void close() {
    open.forEach(Channel::close);
  }

  private void removed(Channel connection) {
    open.remove(connection);
    memory.closed(open.size());
    if (open.isEmpty()) {
      synchronized (emptied) {
        emptied.notifyAll();
      }
    }
  }

  /**
   * Gives a connection its protocol and an event loop.
   *
   * @return done when the connection is being served, failed when it was closed instead
   */
  ChannelFuture serve(Channel connection, Binding binding, Binding.Service.Connections service) {
    if (binding.admission().isPresent() && !binding.admission().get().admits(connection, binding)) {
      return closed(connection, new ClosedChannelException());
    }
    return serve(connection, binding, service, null);
  }

  /** Goes on with a connection of another process, whatever the limits are for new ones. */
  void resume(
      Channel connection, Binding binding, Binding.Service.Connections service, KeptHandler kept) {
    serve(connection, binding, service, kept);
  }

  private ChannelFuture serve(
      Channel connection,
      Binding binding,
      Binding.Service.Connections service,
      @Nullable KeptHandler kept) {
    Counters counters = binding.counters();
    if (!connection.isActive()) {
      // Reset before we came to it. Netty, which asks some sockets (SO_ERROR), would wait for ever.
      counters.peerFault();
      return closed(connection, new ClosedChannelException());
    }
    try {
      connection.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      service.initializer().initialize(connection);
      connection.pipeline().addFirst("half-close", halfClose).addLast("faults", faults);
      if (binding.socket().family() == InheritedSocket.Family.VSOCK) {
        connection.pipeline().addFirst("gone-peer", new GonePeerHandler());
      }
      if (counters.isObserved()) {
        connection.pipeline().addFirst("byte-counter", new ByteCounter(counters));
      }
      if (binding.admission().isPresent()) {
        binding.admission().get().took(connection, binding);
      }
      if (keeper != null) {
        keep(keeper, connection, binding, kept);
      }
    } catch (Exception | LinkageError broken) {
      logger.warn(
          LogEvent.PROTOCOL_FAULT,
          "protocol {} cannot serve a connection of {}: this is a fault of the protocol's code",
          binding.protocol().name(),
          binding.socket(),
          broken);
      counters.connectionRejected(RejectReason.PROTOCOL_FAULT);
      return closed(connection, broken);
    }
    return register(connection, binding);
  }

  /** Closes a connection that was never registered. */
  private static ChannelFuture closed(Channel connection, Throwable why) {
    connection.unsafe().closeForcibly();
    return connection.newFailedFuture(why);
  }

  private static void keep(
      Keeper keeper, Channel connection, Binding binding, @Nullable KeptHandler kept) {
    if (kept != null) {
      keeper.attach(connection, kept);
    } else if (keeper.keeps(binding)) {
      keeper.attach(connection, binding);
    }
  }

  private ChannelFuture register(Channel connection, Binding binding) {
    Counters counters = binding.counters();
    // Not before: the close of a channel without an event loop is never told.
    counters.connectionOpened();
    open.add(connection);
    memory.opened(open.size());
    connection
        .closeFuture()
        .addListener(closed -> {
          counters.connectionClosed();
          removed(connection);
        });
    return loops
        .register(connection)
        .addListener(
            (ChannelFutureListener)
                registered -> {
                  if (!registered.isSuccess()) {
                    logger.warn(
                        LogEvent.CONNECTION_UNSERVED,
                        "a connection of {} cannot be served",
                        binding.socket(),
                        registered.cause());
                    connection.unsafe().closeForcibly();
                  }
                });
  }
}
