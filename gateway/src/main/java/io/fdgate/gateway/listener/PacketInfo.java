package io.fdgate.gateway.listener;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fdgate.gateway.libc.Libc;
import java.lang.foreign.MemorySegment;

/**
 * The control messages (cmsg(3)) that say where a datagram on a wildcard socket was sent to, and
 * where a reply is to leave from: in_pktinfo of ip(7), in6_pktinfo of ipv6(7).
 */
final class PacketInfo {
  private static final int HEADER = 16;
  private static final int IPPROTO_IP = 0;
  private static final int IP_PKTINFO = 8;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_PKTINFO = 50;

  private PacketInfo() {}

  /** Asks the kernel for it with each datagram; returns 0 or a negated errno. */
  static int enable(int fd, boolean ipv6) {
    return ipv6
        ? Libc.enable(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
        : Libc.enable(fd, IPPROTO_IP, IP_PKTINFO);
  }

  /** Where it lies among received control messages; 0 if there is none. */
  static long find(MemorySegment memory, long from, long end, boolean ipv6) {
    long at = from;
    while (at + HEADER <= end) {
      long length = memory.get(JAVA_LONG, at);
      int level = memory.get(JAVA_INT, at + 8);
      int type = memory.get(JAVA_INT, at + 12);
      if (ipv6
          ? level == IPPROTO_IPV6 && type == IPV6_PKTINFO
          : level == IPPROTO_IP && type == IP_PKTINFO) {
        return at + HEADER;
      }
      if (length < HEADER) {
        return 0;
      }
      at += (length + 7) & -8;
    }
    return 0;
  }

  /** Where the address that the datagram was sent to lies in what was found. */
  static long destination(long info, boolean ipv6) {
    return ipv6 ? info : info + 8;
  }

  /**
   * Turns what was found into a control message of the reply; returns its length, 0 where the
   * destination cannot be a source. The interface is left to routing, but for IPv6 link-local
   * addresses, which mean nothing without it.
   *
   * @param control where to, which may be where the received ones lie
   */
  static int writeSource(MemorySegment memory, long info, boolean ipv6, long control) {
    long data = control + HEADER;
    if (ipv6) {
      int first = memory.get(JAVA_BYTE, info) & 0xff;
      boolean linkLocal = first == 0xfe && (memory.get(JAVA_BYTE, info + 1) & 0xc0) == 0x80;
      int interfaceIndex = linkLocal ? memory.get(JAVA_INT, info + 16) : 0;
      MemorySegment.copy(memory, info, memory, data, 16);
      memory.set(JAVA_INT, data + 16, interfaceIndex);
      writeHeader(memory, control, 20, IPPROTO_IPV6, IPV6_PKTINFO);
      return first == 0xff ? 0 : HEADER + 24;
    }
    int source = memory.get(JAVA_INT, info + 4);
    memory.set(JAVA_INT, data, 0);
    memory.set(JAVA_INT, data + 4, source);
    memory.set(JAVA_INT, data + 8, 0);
    writeHeader(memory, control, 12, IPPROTO_IP, IP_PKTINFO);
    return HEADER + 16;
  }

  private static void writeHeader(
      MemorySegment memory, long control, int length, int level, int type) {
    memory.set(JAVA_LONG, control, HEADER + length);
    memory.set(JAVA_INT, control + 8, level);
    memory.set(JAVA_INT, control + 12, type);
  }
}
