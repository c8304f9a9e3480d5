package io.fdgate.protocol;

import io.netty.buffer.ByteBuf;

/** The sender of a datagram, and the way back. Used on the socket's event loop only. */
public interface DatagramPeer {
  /** The address that the datagram came from; unnamed for a Unix client that did not bind. */
  Endpoint address();

  /**
   * Sends a datagram, empty if {@code content} is, to the peer from the address that the peer wrote
   * to. It never blocks and never fails: what cannot be sent is dropped and counted by {@link
   * DropReason}.
   *
   * @param content stays the caller's; it must not change before the call that brought the datagram
   *     returns
   */
  void reply(ByteBuf content);

  /**
   * The same peer, for replies after the call that brought the datagram, until the socket is no
   * longer served; then they are dropped in silence. It equals every other that stands for the same
   * client and the same address that the client wrote to.
   */
  DatagramPeer lasting();
}
