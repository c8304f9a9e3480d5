package io.fdgate.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;

/** Answers the datagrams of one inherited socket. */
@FunctionalInterface
public interface DatagramHandler {
  /**
   * The socket is about to be served. Called once, on the socket's event loop, before the first
   * datagram.
   *
   * @param loop the socket's event loop, for what the protocol opens itself
   */
  default void started(IoEventLoop loop) {}

  /**
   * Takes one whole datagram. Called on the socket's event loop; it must not block. What this
   * throws drops the datagram, is counted, and is logged as the protocol's fault.
   *
   * @param content the payload, possibly empty; borrowed: it must not be released, and not be used
   *     after this method returns. It may have no room to grow
   * @param peer who sent it; valid until this method returns
   */
  void datagram(ByteBuf content, DatagramPeer peer);

  /**
   * There are no more datagrams, and no more replies. Called once, on the socket's event loop; what
   * was opened is to be closed.
   */
  default void stopped() {}
}
