package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.gateway.libc.Libc;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramPeer;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Throttle;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes through a datagram socket: a row of datagrams is received, the protocol answers each,
 * and the answers are sent, with one system call each way. Used on the socket's event loop.
 */
final class DatagramExchange {
  private static final Logger logger = LoggerFactory.getLogger(DatagramExchange.class);

  private static final int UDP_SLOTS = 64;
  private static final int UDP_LONGEST = 64 * 1024;
  private static final int UNIX_SLOTS = 16;
  // The default send buffer of the kernel, which bounds a Unix datagram, is 208 KiB.
  private static final int UNIX_LONGEST = 256 * 1024;

  private final LinuxSocket socket;
  private final boolean unix;
  private final DatagramBatch batch;
  private final Throttle throttle = new Throttle();
  private final Peer peer = new Peer();

  private int replies;
  private int sent;
  private volatile Binding binding;
  private DatagramHandler handler;
  private @Nullable DatagramRates rates;

  /**
   * For an inherited socket.
   *
   * @param wildcard whether the kernel says which address a datagram was sent to
   */
  DatagramExchange(Binding binding, DatagramHandler handler, LinuxSocket socket, boolean wildcard) {
    InheritedSocket inherited = binding.socket();
    this.binding = binding;
    this.handler = handler;
    this.rates = rates(binding);
    this.socket = socket;
    this.unix = inherited.family() == Family.UNIX;
    this.batch =
        new DatagramBatch(
            inherited.fd(),
            unix ? UNIX_SLOTS : UDP_SLOTS,
            unix ? UNIX_LONGEST : UDP_LONGEST,
            wildcard);
  }

  private static @Nullable DatagramRates rates(Binding binding) {
    int limit =
        binding.admission().isPresent()
            ? binding.admission().get().limits().datagramRatePerSource()
            : 0;
    return limit == 0 ? null : new DatagramRates(limit);
  }

  /** What it serves. Any thread. */
  Binding binding() {
    return binding;
  }

  DatagramHandler handler() {
    return handler;
  }

  /** Serves another plan from now on. Any thread. */
  void serve(Binding other, IoEventLoop loop) {
    binding = other;
    if (other.service() instanceof Binding.Service.Datagrams service) {
      DatagramRates otherRates = rates(other);
      loop.execute(() -> {
        handler = service.handler();
        rates = otherRates;
      });
    }
  }

  /** Whether no reply waits. */
  boolean isAllSent() {
    return sent == replies;
  }

  /** Gives the memory back; the socket has been closed. */
  void free() {
    batch.free();
  }

  /** Receives a row and has it answered; false if there is no more for now. */
  boolean receive() {
    int received = batch.receive();
    if (received < 0) {
      receiveFailed(-received);
      return false;
    }
    answer(received);
    return received == batch.slots();
  }

  private void receiveFailed(int errno) {
    if (errno != Libc.EAGAIN && errno != Libc.EINTR && throttle.pass().isPresent()) {
      logger.warn(LogEvent.RECEIVE_FAILED, "{} cannot receive: errno {}", binding.socket(), errno);
    }
  }

  private void answer(int received) {
    Counters counters = binding.counters();
    counters.datagramsReceived(received);
    replies = 0;
    sent = 0;
    peer.answered = -1;
    long bytes = 0;
    DatagramRates limited = rates;
    for (int slot = 0; slot < received; slot++) {
      bytes += batch.content(slot).readableBytes();
      if (batch.isTruncated(slot)) {
        drop(DropReason.TOO_LONG);
      } else if (batch.isFromSelf(slot, binding.socket().address())) {
        drop(DropReason.LOOP);
      } else if (limited != null && !limited.admits(batch.sender(slot))) {
        drop(DropReason.RATE);
      } else {
        deliver(slot);
      }
    }
    counters.bytesReceived(bytes);
    // Rearmed before the replies leave: their headers have lengths of their own.
    for (int slot = 0; slot < received; slot++) {
      batch.rearm(slot);
    }
  }

  private void deliver(int slot) {
    peer.slot = slot;
    peer.content = batch.content(slot);
    try {
      handler.datagram(peer.content, peer);
    } catch (RuntimeException | LinkageError broken) {
      drop(DropReason.PROTOCOL_FAULT);
      if (throttle.pass().isPresent()) {
        logger.warn(
            LogEvent.PROTOCOL_FAULT,
            "protocol {} failed on a datagram of {}: this is a fault of the protocol's code",
            binding.protocol().name(),
            binding.socket(),
            broken);
      }
    }
  }

  /** Sends what is left of the replies; false if the socket's send buffer is full. */
  boolean flush() {
    while (sent < replies) {
      int result = batch.send(sent, replies - sent);
      if (result >= 0) {
        binding.counters().datagramsSent(result);
        binding.counters().bytesSent(batch.bytes(sent, result));
        sent += result;
      } else if (result == -Libc.EAGAIN && !unix) {
        return false;
      } else if (result != -Libc.EINTR && !retryWithoutSource(result)) {
        refused(-result);
        sent++;
      }
    }
    return true;
  }

  /** A broadcast address was written to: it cannot be a source, so the kernel chooses one. */
  private boolean retryWithoutSource(int result) {
    return result != -Libc.EAGAIN && batch.dropSource(sent);
  }

  private void refused(int errno) {
    // A full queue says EAGAIN on a Unix socket: that peer does not read, and the others go on.
    drop(errno == Libc.EAGAIN ? DropReason.PEER_QUEUE_FULL : DropReason.UNREACHABLE);
    logger.debug(
        LogEvent.DATAGRAM_UNANSWERED, "{} cannot answer a peer: errno {}", binding.socket(), errno);
  }

  private void drop(DropReason reason) {
    binding.counters().datagramDropped(reason);
  }

  private void replyLater(WayBack way, ByteBuf reply) {
    if (!socket.isOpen()) {
      return;
    }
    if (!way.isThere()) {
      drop(DropReason.NO_REPLY_ADDRESS);
    } else if (reply.readableBytes() > batch.longest()) {
      drop(DropReason.UNREACHABLE);
    } else {
      sentNow(batch.reply(way, reply), reply);
    }
  }

  private void sentNow(int result, ByteBuf reply) {
    if (result > 0) {
      binding.counters().datagramsSent(1);
      binding.counters().bytesSent(reply.readableBytes());
    } else {
      refused(-result);
    }
  }

  /** The sender of the slot that is being handled. */
  private final class Peer implements DatagramPeer {
    private int slot;
    private ByteBuf content = Unpooled.EMPTY_BUFFER;
    private int answered = -1;

    @Override
    public Endpoint address() {
      return batch.sender(slot);
    }

    @Override
    public void reply(ByteBuf reply) {
      if (!batch.hasSender(slot)) {
        drop(DropReason.NO_REPLY_ADDRESS);
      } else if (reply == content && answered != slot) {
        answered = slot;
        batch.replyInPlace(replies++, slot, reply);
      } else if (reply.readableBytes() > batch.longest()) {
        drop(DropReason.UNREACHABLE);
      } else {
        sentNow(batch.replyNow(slot, reply), reply);
      }
    }

    @Override
    public DatagramPeer lasting() {
      return new LastingPeer(DatagramExchange.this, batch.wayBack(slot), address());
    }
  }

  /**
   * A sender for later.
   *
   * @param way equal for an equal sender that wrote to the same address
   */
  private record LastingPeer(DatagramExchange socket, WayBack way, Endpoint address)
      implements DatagramPeer {
    @Override
    public void reply(ByteBuf reply) {
      socket.replyLater(way, reply);
    }

    @Override
    public DatagramPeer lasting() {
      return this;
    }
  }
}
