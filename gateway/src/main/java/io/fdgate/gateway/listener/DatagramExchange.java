package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.libc.Libc;
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
  private final DatagramReplies replies;
  private final Throttle throttle = new Throttle();
  private final Peer peer = new Peer();

  private volatile Binding binding;
  private DatagramHandler handler;
  private @Nullable DatagramRates rates;

  /**
   * For an inherited socket.
   *
   * @param wildcard whether the kernel says which address a datagram was sent to
   * @param trains whether the kernel brings and takes trains of datagrams
   */
  DatagramExchange(
      Binding binding,
      DatagramHandler handler,
      LinuxSocket socket,
      boolean wildcard,
      boolean trains) {
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
            unix,
            wildcard);
    this.replies = new DatagramReplies(inherited.fd(), batch, trains);
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
    return replies.isAllSent();
  }

  /** Gives the memory back; the socket has been closed. */
  void free() {
    batch.free();
    replies.free();
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
    long bytes = 0;
    for (int slot = 0; slot < received; slot++) {
      bytes += batch.length(slot);
      answerSlot(slot);
    }
    counters.bytesReceived(bytes);
  }

  /** Each datagram of a train is one to limits, counters and the protocol. */
  private void answerSlot(int slot) {
    boolean truncated = batch.isTruncated(slot);
    boolean fromSelf = batch.isFromSelf(slot, binding.socket().address());
    DatagramRates limited = rates;
    int length = batch.length(slot);
    int size = batch.segmentSize(slot);
    if (size < length) {
      binding.counters().datagramsReceived((length - 1) / size);
    }
    int at = 0;
    do {
      if (truncated) {
        drop(DropReason.TOO_LONG);
      } else if (fromSelf) {
        drop(DropReason.LOOP);
      } else if (limited != null && !limited.admits(batch.sender(slot))) {
        drop(DropReason.RATE);
      } else if (size == length) {
        deliver(slot, 0, batch.content(slot));
      } else {
        deliver(slot, at, batch.content(slot, at, Math.min(size, length - at)));
      }
      at += size;
    } while (at < length);
  }

  private void deliver(int slot, int at, ByteBuf content) {
    peer.slot = slot;
    peer.at = at;
    peer.content = content;
    peer.isContentSent = false;
    try {
      handler.datagram(content, peer);
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
    while (!replies.isAllSent()) {
      int result = replies.send();
      if (result >= 0) {
        binding.counters().datagramsSent(result);
        binding.counters().bytesSent(replies.sentBytes());
      } else if (result == -Libc.EAGAIN && !unix) {
        return false;
      } else if (result != -Libc.EINTR && (result == -Libc.EAGAIN || !replies.concede())) {
        refused(-result);
        replies.skip();
      }
    }
    return true;
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
      int result = replies.sendLater(way, reply);
      if (result > 0) {
        binding.counters().datagramsSent(1);
        binding.counters().bytesSent(reply.readableBytes());
      } else {
        refused(-result);
      }
    }
  }

  /** The sender of the datagram that is being handled. */
  private final class Peer implements DatagramPeer {
    private int slot;
    private int at;
    private ByteBuf content = Unpooled.EMPTY_BUFFER;
    private boolean isContentSent;

    @Override
    public Endpoint address() {
      return batch.sender(slot);
    }

    @Override
    public void reply(ByteBuf reply) {
      if (!batch.hasSender(slot)) {
        drop(DropReason.NO_REPLY_ADDRESS);
      } else if (reply.readableBytes() > batch.longest()) {
        drop(DropReason.UNREACHABLE);
      } else if (!add(reply) && !(flush() && add(reply))) {
        drop(DropReason.PEER_QUEUE_FULL);
      }
    }

    /** Has it wait for the others of the row; false if there is no room. */
    private boolean add(ByteBuf reply) {
      if (reply != content || isContentSent) {
        return replies.addCopy(slot, reply);
      }
      isContentSent = replies.addInPlace(slot, at + reply.readerIndex(), reply.readableBytes());
      return isContentSent;
    }

    @Override
    public DatagramPeer lasting() {
      return new LastingPeer(DatagramExchange.this, replies.wayBack(slot), address());
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
