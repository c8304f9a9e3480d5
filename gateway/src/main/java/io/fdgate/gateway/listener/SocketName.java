package io.fdgate.gateway.listener;

import io.fdgate.protocol.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A peer's address as the kernel writes it: sockaddr_in, sockaddr_in6 or sockaddr_un. */
final class SocketName {
  /** The bytes of what every address begins with; one with no more says nothing. */
  static final int FAMILY = 2;

  /** The longest one (sockaddr_storage). */
  static final int LONGEST = 128;

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private SocketName() {}

  static boolean isIpv6(ByteBuffer memory, int name) {
    return memory.getShort(name) == AF_INET6;
  }

  /** The port of an internet address. */
  static int port(ByteBuffer memory, int name) {
    return (memory.get(name + 2) & 0xff) << 8 | memory.get(name + 3) & 0xff;
  }

  /** Where the host of an internet address lies. */
  static int host(int name, boolean ipv6) {
    return name + (ipv6 ? 8 : 4);
  }

  static Endpoint endpoint(ByteBuffer memory, int name, int length) {
    return switch (length < FAMILY ? AF_UNIX : memory.getShort(name)) {
      case AF_INET -> inet(memory, name, bytes(memory, host(name, false), 4), 0);
      case AF_INET6 ->
          inet(memory, name, bytes(memory, host(name, true), 16), memory.getInt(name + 24));
      default -> unix(memory, name, length);
    };
  }

  private static Endpoint inet(ByteBuffer memory, int name, byte[] host, int scope) {
    try {
      InetAddress inet =
          scope == 0
              ? InetAddress.getByAddress(host)
              : Inet6Address.getByAddress(null, host, scope);
      return new Endpoint.Inet(new InetSocketAddress(inet, port(memory, name)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static Endpoint.Unix unix(ByteBuffer memory, int name, int length) {
    int size = Math.max(0, length - FAMILY);
    byte[] path = bytes(memory, name + FAMILY, size);
    boolean terminated = size > 0 && path[0] != 0 && path[size - 1] == 0;
    return new Endpoint.Unix(terminated ? Arrays.copyOf(path, size - 1) : path);
  }

  private static byte[] bytes(ByteBuffer memory, int from, int length) {
    byte[] bytes = new byte[length];
    memory.get(from, bytes);
    return bytes;
  }
}
