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
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datagram socket on an event loop: receives a row of datagrams, lets the protocol answer each,
 * and sends the answers, with one system call each way.
 *
 * <p>It is a handle of Netty's epoll loop, not a Netty channel. Netty's datagram channels drop
 * empty datagrams, cut long ones, cannot answer abstract Unix addresses, and cannot say which local
 * address a reply leaves from.
 */
final class DatagramListener implements Listener, EpollIoHandle {
  private static final Logger logger = LoggerFactory.getLogger(DatagramListener.class);

  private static final int UDP_SLOTS = 64;
  private static final int UDP_LONGEST = 64 * 1024;
  private static final int UNIX_SLOTS = 16;
  // The default send buffer of the kernel, which bounds a Unix datagram, is 208 KiB.
  private static final int UNIX_LONGEST = 256 * 1024;
  // Then other sockets of the loop have their turn.
  private static final int ROUNDS = 4;

  private final IoEventLoop loop;
  private final LinuxSocket socket;
  private final boolean unix;
  private final DatagramBatch batch;
  private final Promise<Void> serving;
  private final Promise<Void> stopped;
  private final Throttle throttle = new Throttle();
  private final Peer peer = new Peer();

  private IoRegistration registration = new Unregistered();
  private int replies;
  private int sent;
  private volatile Binding binding;
  private DatagramHandler handler;
  private @Nullable DatagramRates rates;
  private boolean blocked;
  private boolean paused;
  private boolean stopping;

  private DatagramListener(Binding binding, DatagramHandler handler, IoEventLoop loop) {
    InheritedSocket inherited = binding.socket();
    this.binding = binding;
    this.handler = handler;
    this.rates = rates(binding);
    this.loop = loop;
    this.socket = LinuxSocket.newSocket(inherited.fd());
    this.unix = inherited.family() == Family.UNIX;
    this.batch =
        new DatagramBatch(
            inherited.fd(),
            unix ? UNIX_SLOTS : UDP_SLOTS,
            unix ? UNIX_LONGEST : UDP_LONGEST,
            isWildcard(inherited));
    this.serving = loop.newPromise();
    this.stopped = loop.newPromise();
  }

  private static @Nullable DatagramRates rates(Binding binding) {
    int limit =
        binding.admission().isPresent()
            ? binding.admission().get().limits().datagramRatePerSource()
            : 0;
    return limit == 0 ? null : new DatagramRates(limit);
  }

  /** Adopts a datagram socket. */
  static DatagramListener adopt(
      Binding binding, Binding.Service.Datagrams service, IoEventLoop loop) throws IOException {
    InheritedSocket inherited = binding.socket();
    if (isWildcard(inherited)) {
      int result =
          DatagramBatch.enablePacketInfo(inherited.fd(), inherited.family() == Family.IPV6);
      if (result < 0) {
        throw new IOException("the kernel refuses packet information: errno " + -result);
      }
    }
    DatagramListener listener = new DatagramListener(binding, service.handler(), loop);
    loop.register(listener).addListener(listener::registered);
    return listener;
  }

  private static boolean isWildcard(InheritedSocket socket) {
    return socket.address() instanceof Endpoint.Inet inet && inet.isWildcard();
  }

  private void registered(Future<? super IoRegistration> result) {
    if (result.isSuccess()) {
      registration = (IoRegistration) result.getNow();
      try {
        handler.started(loop);
      } catch (RuntimeException | LinkageError broken) {
        serving.setFailure(broken);
        return;
      }
      registration.submit(EpollIoOps.EPOLLIN);
      serving.setSuccess(null);
    } else {
      serving.setFailure(result.cause());
    }
  }

  @Override
  public Binding binding() {
    return binding;
  }

  @Override
  public Future<?> serving() {
    return serving;
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public boolean keepsServiceAlive() {
    return true;
  }

  @Override
  public void serve(Binding other) {
    binding = other;
    if (other.service() instanceof Binding.Service.Datagrams service) {
      DatagramRates otherRates = rates(other);
      loop.execute(() -> {
        handler = service.handler();
        rates = otherRates;
      });
    }
  }

  @Override
  public Future<?> pause() {
    return loop.submit(() -> {
      paused = true;
      listen();
    });
  }

  @Override
  public void resume() {
    loop.execute(() -> {
      paused = false;
      listen();
    });
  }

  /** Waits for what comes next: room to write, or datagrams. */
  private void listen() {
    if (registration.isValid()) {
      EpollIoOps next = paused ? EpollIoOps.NONE : EpollIoOps.EPOLLIN;
      registration.submit(blocked ? EpollIoOps.EPOLLOUT : next);
    }
  }

  /** What was received is answered first. */
  @Override
  public void stop() {
    if (!loop.isShuttingDown()) {
      loop.execute(() -> {
        stopping = true;
        if (sent == replies) {
          registration.cancel();
        }
      });
    }
  }

  @Override
  public Future<?> stopped() {
    return stopped;
  }

  @Override
  public Future<?> closed() {
    return stopped;
  }

  /** Called by the event loop when the registration ends. */
  @Override
  public void unregistered() {
    close();
  }

  @Override
  public void close() {
    if (!socket.isOpen()) {
      return;
    }
    try {
      handler.stopped();
    } catch (RuntimeException | LinkageError broken) {
      logger.warn(
          LogEvent.PROTOCOL_FAULT,
          "protocol {} failed to stop on {}",
          binding.protocol().name(),
          binding.socket(),
          broken);
    }
    try {
      socket.close();
      stopped.trySuccess(null);
    } catch (IOException refused) {
      stopped.tryFailure(refused);
    } finally {
      batch.free();
    }
  }

  @Override
  public void handle(IoRegistration registered, IoEvent event) {
    int round = 0;
    while (flush() && round < ROUNDS && !stopping && !paused) {
      int received = batch.receive();
      if (received < 0) {
        receiveFailed(-received);
        break;
      }
      answer(received);
      round += received < batch.slots() ? ROUNDS : 1;
    }
    if (stopping && sent == replies) {
      registration.cancel();
    }
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
  private boolean flush() {
    while (sent < replies) {
      int result = batch.send(sent, replies - sent);
      if (result >= 0) {
        binding.counters().datagramsSent(result);
        binding.counters().bytesSent(batch.bytes(sent, result));
        sent += result;
      } else if (result == -Libc.EAGAIN && !unix) {
        blocked = true;
        listen();
        return false;
      } else if (result != -Libc.EINTR && !retryWithoutSource(result)) {
        refused(-result);
        sent++;
      }
    }
    if (blocked) {
      blocked = false;
      listen();
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
      return new LastingPeer(DatagramListener.this, batch.wayBack(slot), address());
    }
  }

  /**
   * A sender for later.
   *
   * @param way equal for an equal sender that wrote to the same address
   */
  private record LastingPeer(DatagramListener socket, WayBack way, Endpoint address)
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

  /** Stands for the registration until there is one. */
  private static final class Unregistered implements IoRegistration {
    @Override
    public <T> T attachment() {
      throw new IllegalStateException("not registered");
    }

    @Override
    public long submit(IoOps ops) {
      return -1;
    }

    @Override
    public boolean isValid() {
      return false;
    }

    @Override
    public boolean cancel() {
      return false;
    }
  }
}
