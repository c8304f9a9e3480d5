package io.fdgate.protocol.forward;

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

/**
 * One end of a relay: a socket on an event loop, and what is known of it. Used on that loop.
 *
 * <p>It is registered once, for every event, and edge-triggered: no call to change what is waited
 * for, no spin on an end that cannot be consumed yet (epoll(7)). So whatever it may do is kept here
 * until the kernel says EAGAIN.
 */
final class Side implements EpollIoHandle {
  private static final int EINVAL = -22;
  private static final int EPOLLPRI = 0x2;
  private static final int EPOLLHUP = 0x10;
  private static final EpollIoOps EVERYTHING =
      EpollIoOps.EPOLLIN
          .with(EpollIoOps.EPOLLOUT)
          .with(EpollIoOps.EPOLLRDHUP)
          .with(EpollIoOps.valueOf(EPOLLPRI))
          .with(EpollIoOps.EPOLLET);
  private static final int ENDED = EPOLLHUP | EpollIoOps.EPOLLERR.value();
  // The end, or urgent data, may lie behind what one call receives.
  private static final int SPECIAL = EpollIoOps.EPOLLRDHUP.value() | EPOLLPRI | ENDED;
  private static final int READABLE =
      EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLRDHUP.value() | ENDED;
  // A VSOCK peer that is gone leaves no room and no EPOLLHUP (vsock_poll): only to send tells.
  private static final int WRITABLE =
      EpollIoOps.EPOLLOUT.value() | EpollIoOps.EPOLLRDHUP.value() | ENDED;

  private final LinuxSocket socket;
  private final boolean tcp;
  private @Nullable IoRegistration registration;
  private Runnable listener;

  private boolean readable;
  private boolean writable;
  private boolean toTheEnd;
  private boolean hungUp;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean reset;
  private boolean sendFailed;

  /**
   * A side that does nothing until it is registered.
   *
   * @param tcp whether a reset can be sent on it, and seen
   * @param listener called after each event
   */
  Side(LinuxSocket socket, boolean tcp, Runnable listener) {
    this.socket = socket;
    this.tcp = tcp;
    this.toTheEnd = !tcp;
    this.listener = listener;
  }

  /** Waits for events from now on; those that were before come first. */
  void register(IoEventLoop loop) {
    IoRegistration registered = loop.register(this).getNow();
    if (registered == null) {
      throw new IllegalStateException("not on the event loop, or it is shut down");
    }
    registration = registered;
    registered.submit(EVERYTHING);
  }

  /** Has another told of events. */
  void listener(Runnable next) {
    listener = next;
  }

  LinuxSocket socket() {
    return socket;
  }

  boolean isTcp() {
    return tcp;
  }

  /** Whether there may be something to receive. */
  boolean isReadable() {
    return readable;
  }

  /** Whether there may be room to send. */
  boolean isWritable() {
    return writable;
  }

  /** Whether epoll has reported an error, or that both directions have ended. */
  boolean isHungUp() {
    return hungUp;
  }

  /** Whether the peer sends no more, and all was received. */
  boolean isInputEnded() {
    return inputEnded;
  }

  /** Whether nothing more can be sent: our end was sent, or the peer takes nothing. */
  boolean isOutputEnded() {
    return outputEnded;
  }

  /** Whether nothing goes either way any more. */
  boolean isGone() {
    return inputEnded && outputEnded;
  }

  /** Whether the peer broke the connection. */
  boolean isReset() {
    return reset;
  }

  /** Receives what there is room for in one buffer; returns how much, 0 or less for nothing. */
  int receive(ByteBuf into) {
    int at = into.writerIndex();
    ByteBuffer room = into.internalNioBuffer(at, into.writableBytes());
    try {
      int received = socket.recv(room, room.position(), room.limit());
      if (received > 0) {
        into.writerIndex(at + received);
        sendFailed = false;
        // Less than there was room for: then there is no more. Other families may stop between.
        readable = toTheEnd || received == room.remaining();
      } else {
        readable = false;
        ended(received < 0);
      }
      return received;
    } catch (IOException | NotYetConnectedException broken) {
      receiveFailed();
      return -1;
    }
  }

  /**
   * Receives into a pipe; returns how much. Nothing is there, or the end, or this socket cannot
   * splice, if that is 0: to receive into a buffer tells which.
   */
  int receive(Pipe into) {
    try {
      int received = into.fill(socket);
      sendFailed &= received == 0;
      return received;
    } catch (NativeIoException failure) {
      if (failure.expectedErr() != EINVAL) {
        receiveFailed();
      }
      return 0;
    } catch (IOException | NotYetConnectedException broken) {
      receiveFailed();
      return 0;
    }
  }

  private void receiveFailed() {
    readable = false;
    reset = true;
    inputEnded = true;
    outputEnded = true;
  }

  private void ended(boolean end) {
    inputEnded |= end;
    // A send was refused, and nothing was left to receive.
    reset |= end && sendFailed && tcp;
  }

  /** Sends what the kernel takes of a buffer. */
  void send(ByteBuf from) {
    ByteBuffer content = from.internalNioBuffer(from.readerIndex(), from.readableBytes());
    try {
      int sent = socket.send(content, content.position(), content.limit());
      from.skipBytes(sent);
      writable = !from.isReadable();
    } catch (IOException | NotYetConnectedException broken) {
      sendFailed();
    }
  }

  /** Sends what the kernel takes of a pipe; returns how much. */
  int send(Pipe from) {
    try {
      int sent = from.drain(socket);
      writable = sent > 0;
      return sent;
    } catch (IOException | NotYetConnectedException broken) {
      sendFailed();
      return 0;
    }
  }

  /** What the peer has sent before is still received. */
  private void sendFailed() {
    outputEnded = true;
    sendFailed = true;
    readable = true;
    toTheEnd = true;
  }

  /** Tells the peer that there is no more. */
  void endOutput() {
    outputEnded = true;
    try {
      socket.shutdown(false, true);
    } catch (IOException | NotYetConnectedException gone) {
      readable = true;
      toTheEnd = true;
    }
  }

  /** Leaves it to the close, which is next, to tell the peer that there is no more. */
  void endOutputByClosing() {
    outputEnded = true;
  }

  /** Tells the peer, where the family can, that nothing more is taken. */
  void endInput() {
    inputEnded = true;
    try {
      socket.shutdown(true, false);
    } catch (IOException | NotYetConnectedException gone) {
      // Then it knows.
    }
  }

  /**
   * Draws the consequence of EPOLLHUP and EPOLLERR, once everything was received: with them the
   * other direction has ended too.
   */
  void settle() {
    if (hungUp && inputEnded && !outputEnded) {
      outputEnded = true;
      reset |= hasError();
    }
  }

  /** Whether the kernel holds an error, which it then forgets (SO_ERROR). */
  boolean hasError() {
    try {
      return hungUp && socket.getSoError() != 0;
    } catch (IOException closed) {
      return true;
    }
  }

  /** Makes the close that follows a reset, where there is such a thing. */
  void resetOnClose() {
    if (tcp && socket.isOpen()) {
      try {
        socket.setSoLinger(0);
      } catch (IOException gone) {
        // The peer reset it.
      }
    }
  }

  /**
   * Waits for nothing any more; the socket stays as it is. Of a socket that is closed epoll knows
   * nothing any more, unless there is a copy of it: so it is cheaper after the close.
   */
  void deregister() {
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  public void handle(IoRegistration registered, IoEvent event) {
    int events = ((EpollIoEvent) event).ops().value();
    readable |= (events & READABLE) != 0;
    writable |= (events & WRITABLE) != 0;
    toTheEnd |= (events & SPECIAL) != 0;
    hungUp |= (events & ENDED) != 0;
    listener.run();
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    deregister();
  }
}
