package io.fdgate.gateway.listener;

import java.util.Arrays;

/**
 * The way back to a client: its address, and the one that it wrote to.
 *
 * @param name the client's address as the kernel gave it, family first
 * @param source the control message that makes a reply leave from where the client wrote to
 */
@SuppressWarnings("ArrayRecordComponent") // equality and hash are ours, below
record WayBack(byte[] name, byte[] source) {
  /** Whether there is an address at all: a Unix client that did not bind has none. */
  boolean isThere() {
    return name.length > SocketName.FAMILY;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WayBack that
        && Arrays.equals(name, that.name)
        && Arrays.equals(source, that.source);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(name) + Arrays.hashCode(source);
  }
}
