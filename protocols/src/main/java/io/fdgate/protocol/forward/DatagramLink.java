package io.fdgate.protocol.forward;

import io.fdgate.protocol.LogEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datagram socket that is connected to an upstream: the kernel lets nobody else's datagrams in.
 * Used on one event loop.
 */
final class DatagramLink implements EpollIoHandle {
  private static final Logger logger = LoggerFactory.getLogger(DatagramLink.class);
  private static final int EMSGSIZE = -90;

  private final LinuxSocket socket;
  private final Listener listener;
  private @Nullable IoRegistration registration;

  /** Who is told of events. */
  interface Listener {
    /** There is room to send again. */
    void writable();

    /** There may be something to receive. */
    void readable();

    /** The event loop ends. */
    void end();
  }

  /** What became of a datagram. */
  enum Outcome {
    SENT,
    /** The upstream, or the network, takes nothing now. */
    BLOCKED,
    /** No datagram of this length can be sent to this upstream. */
    TOO_LONG,
    /** The upstream is gone. */
    BROKEN
  }

  DatagramLink(LinuxSocket socket, Listener listener) {
    this.socket = socket;
    this.listener = listener;
  }

  void register(IoEventLoop loop) {
    registration = loop.register(this).getNow();
    await(false);
  }

  /** Waits for replies, and if need be for room to send. */
  void await(boolean room) {
    if (registration != null) {
      registration.submit(room ? EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT) : EpollIoOps.EPOLLIN);
    }
  }

  /** Sends a datagram, which stays the caller's. */
  Outcome send(ByteBuf content) {
    int length = content.readableBytes();
    ByteBuffer bytes = content.internalNioBuffer(content.readerIndex(), length);
    try {
      int sent = socket.send(bytes, bytes.position(), bytes.limit());
      return sent > 0 || length == 0 ? Outcome.SENT : Outcome.BLOCKED;
    } catch (NativeIoException refusal) {
      return refusal.expectedErr() == EMSGSIZE ? Outcome.TOO_LONG : Outcome.BROKEN;
    } catch (IOException | NotYetConnectedException gone) {
      return Outcome.BROKEN;
    }
  }

  /**
   * Receives a datagram into an empty buffer; returns whether there was one.
   *
   * @throws IOException when the upstream is gone
   */
  boolean receive(ByteBuf into) throws IOException {
    ByteBuffer room = into.internalNioBuffer(0, into.writableBytes());
    int received = socket.recv(room, room.position(), room.limit());
    // What would be the end of a stream is an empty datagram.
    into.writerIndex(Math.max(received, 0));
    return received != 0;
  }

  @Override
  public void handle(IoRegistration registered, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    if ((events & EpollIoOps.EPOLLOUT.value()) != 0) {
      listener.writable();
    }
    // An error is received too.
    listener.readable();
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  /** Called by the event loop when it ends. */
  @Override
  public void close() {
    listener.end();
  }

  /** Closes the socket. */
  void end() {
    if (registration != null) {
      registration.cancel();
    }
    try {
      socket.close();
    } catch (IOException failure) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "close of a socket to an upstream", failure);
    }
  }
}
