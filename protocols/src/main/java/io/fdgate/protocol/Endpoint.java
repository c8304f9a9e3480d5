package io.fdgate.protocol;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An address of a socket or a peer, in any family that systemd can hand down. */
public sealed interface Endpoint {
  /** The form that people type: {@code 127.0.0.1:3000}, {@code [::1]:3000}, a path, ... */
  @Override
  String toString();

  /** An IPv4 or IPv6 address and port. */
  record Inet(InetSocketAddress address) implements Endpoint {
    /** Whether it is 0.0.0.0 or [::], so that each packet has a destination of its own. */
    public boolean isWildcard() {
      return address.getAddress().isAnyLocalAddress();
    }

    @Override
    public String toString() {
      return NetUtil.toSocketAddressString(address);
    }
  }

  /**
   * A Unix address (unix(7)).
   *
   * @param bytes {@code sun_path} in its exact length: a path without its final zero, an abstract
   *     name with its leading zero, or nothing for a socket that is not bound
   */
  @SuppressWarnings("ArrayRecordComponent") // equality and hash are ours, below
  record Unix(byte[] bytes) implements Endpoint {
    /** The address of a path. */
    public static Unix ofPath(String path) {
      return new Unix(path.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether it has no name, as of a client that did not bind. */
    public boolean isUnnamed() {
      return bytes.length == 0;
    }

    /** Whether it lives in the abstract namespace. */
    public boolean isAbstract() {
      return bytes.length > 0 && bytes[0] == 0;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Unix that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    /** The path, {@code @name} for an abstract one, {@code unnamed}; control bytes as {@code ?}. */
    @Override
    public String toString() {
      if (isUnnamed()) {
        return "unnamed";
      }
      String name = new String(bytes, StandardCharsets.UTF_8);
      return Printable.of(isAbstract() ? "@" + name.substring(1) : name);
    }
  }

  /**
   * A VSOCK address (vsock(7)).
   *
   * @param cid the context id, unsigned; {@link #ANY_CID} stands for every one
   * @param port the port, unsigned
   */
  record Vsock(int cid, int port) implements Endpoint {
    /** VMADDR_CID_ANY. */
    public static final int ANY_CID = -1;

    @Override
    public String toString() {
      return "vsock:"
          + (cid == ANY_CID ? "*" : Integer.toUnsignedString(cid))
          + ":"
          + Integer.toUnsignedString(port);
    }
  }
}
