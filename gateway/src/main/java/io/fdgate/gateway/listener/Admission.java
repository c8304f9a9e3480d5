package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.config.SocketLimits;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.RejectReason;
import io.fdgate.protocol.Throttle;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a socket's new connections are taken. One that is not is closed at once, before
 * anything is read from it or made for it. Used on the listener's event loop, but for the ends of
 * connections.
 */
final class Admission {
  private static final Logger logger = LoggerFactory.getLogger(Admission.class);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long UNKNOWN = -1;

  private final SocketLimits limits;
  private final Map<Long, Integer> bySource;
  private final Throttle throttle = new Throttle();
  private long secondBegan = System.nanoTime();
  private int inThisSecond;

  private Admission(SocketLimits limits, Map<Long, Integer> bySource) {
    this.limits = limits;
    this.bySource = bySource;
  }

  /** An admission with nobody in. */
  static Admission of(SocketLimits limits) {
    return new Admission(limits, new ConcurrentHashMap<>());
  }

  /** Other limits for the same clients. */
  Admission with(SocketLimits other) {
    return new Admission(other, bySource);
  }

  SocketLimits limits() {
    return limits;
  }

  /** Whether a connection may be taken. */
  boolean admits(Channel connection, Binding binding) {
    Counters counters = binding.counters();
    if (limits.connections() > 0 && counters.openConnections() >= limits.connections()) {
      return refused(binding, RejectReason.MAX_CONNECTIONS, limits.connections());
    }
    if (limits.connectionRate() > 0 && !isWithinRate()) {
      return refused(binding, RejectReason.MAX_CONNECTION_RATE, limits.connectionRate());
    }
    if (limits.connectionsPerSource() > 0
        && !isWithinSource(connection, binding.socket().family())) {
      return refused(
          binding, RejectReason.MAX_CONNECTIONS_PER_SOURCE, limits.connectionsPerSource());
    }
    return true;
  }

  /** Remembers a connection that was taken, until it is closed, and adds what it needs. */
  void took(Channel connection, Binding binding) {
    if (limits.connectionsPerSource() > 0) {
      long source = source(connection, binding.socket().family());
      bySource.merge(source, 1, Integer::sum);
      connection.closeFuture().addListener(closed -> left(source));
    }
    if (limits.idleTimeout().isPositive()) {
      connection.pipeline().addFirst("idle-close", new IdleCloser(limits.idleTimeout()));
    }
  }

  private boolean refused(Binding binding, RejectReason reason, int limit) {
    binding.counters().connectionRejected(reason);
    throttle
        .pass()
        .ifPresent(heldBack ->
            logger.warn(
                LogEvent.LIMIT_REACHED,
                "{}: {} = {} is reached, a connection was closed and {} before it",
                binding.socket(),
                reason.text(),
                limit,
                heldBack));
    return false;
  }

  private boolean isWithinRate() {
    long now = System.nanoTime();
    if (now - secondBegan >= SECOND_NANOS) {
      secondBegan = now;
      inThisSecond = 0;
    }
    return inThisSecond++ < limits.connectionRate();
  }

  private boolean isWithinSource(Channel connection, InheritedSocket.Family family) {
    return bySource.getOrDefault(source(connection, family), 0) < limits.connectionsPerSource();
  }

  private void left(long source) {
    bySource.computeIfPresent(source, (key, open) -> open > 1 ? open - 1 : null);
  }

  /** An IPv4 address, an IPv6 /64 network, the user of a Unix socket, or a VSOCK machine. */
  private static long source(Channel connection, InheritedSocket.Family family) {
    if (connection.remoteAddress() instanceof InetSocketAddress inet) {
      return network(inet.getAddress().getAddress());
    }
    if (connection instanceof EpollDomainSocketChannel unix
        && unix.fd() instanceof LinuxSocket socket) {
      if (family == InheritedSocket.Family.VSOCK) {
        VSockAddress peer = socket.remoteVSockAddress();
        return peer == null ? UNKNOWN : peer.getCid();
      }
      try {
        return unix.peerCredentials().uid();
      } catch (IOException gone) {
        return UNKNOWN;
      }
    }
    return UNKNOWN;
  }

  /** An IPv4 address, or the /64 of an IPv6 address, which is what one subscriber has. */
  static long network(byte[] address) {
    long number = 0;
    for (int i = 0; i < Math.min(address.length, Long.BYTES); i++) {
      number = number << Byte.SIZE | (address[i] & 0xff);
    }
    return number;
  }
}
