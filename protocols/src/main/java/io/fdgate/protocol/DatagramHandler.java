package io.fdgate.protocol;

import io.netty.buffer.ByteBuf;

/** Answers the datagrams of one inherited socket. */
@FunctionalInterface
public interface DatagramHandler {
  /**
   * Takes one whole datagram. Called on the socket's event loop; it must not block. What this
   * throws drops the datagram, is counted, and is logged as the protocol's fault.
   *
   * @param content the payload, possibly empty; borrowed: it must not be released, and not be used
   *     after this method returns
   * @param peer who sent it; valid until this method returns
   */
  void datagram(ByteBuf content, DatagramPeer peer);
}
