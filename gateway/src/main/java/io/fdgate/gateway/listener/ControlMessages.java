package io.fdgate.gateway.listener;

import io.fdgate.libc.Libc;
import java.nio.ByteBuffer;

/**
 * The control messages (cmsg(3)) of UDP: where a datagram on a wildcard socket was sent to, and
 * where a reply is to leave from (in_pktinfo of ip(7), in6_pktinfo of ipv6(7)); and that one
 * message is a train, many datagrams of one size (UDP_GRO and UDP_SEGMENT of udp(7)).
 */
final class ControlMessages {
  private static final int HEADER = 16;
  private static final int IPPROTO_IP = 0;
  private static final int IP_PKTINFO = 8;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_PKTINFO = 50;
  private static final int IPPROTO_UDP = 17;
  private static final int UDP_SEGMENT = 103;
  private static final int UDP_GRO = 104;

  private ControlMessages() {}

  /** Asks the kernel for each datagram's destination; returns 0 or a negated errno. */
  static int wantDestination(int fd, boolean ipv6) {
    return ipv6
        ? Libc.setOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
        : Libc.setOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
  }

  /**
   * Has the kernel bring datagrams of one peer as trains; whether it does. One that does (Linux
   * 5.0) sends trains too.
   */
  static boolean wantTrains(int fd) {
    return Libc.setOption(fd, IPPROTO_UDP, UDP_GRO, 1) == 0;
  }

  /** Ends {@link #wantTrains}: whoever is next to read the socket may not know of trains. */
  static void wantNoTrains(int fd) {
    Libc.setOption(fd, IPPROTO_UDP, UDP_GRO, 0);
  }

  /** Where the destination lies among received control messages; 0 if there is none. */
  static int findDestination(ByteBuffer memory, int from, int end, boolean ipv6) {
    return ipv6
        ? find(memory, from, end, IPPROTO_IPV6, IPV6_PKTINFO)
        : find(memory, from, end, IPPROTO_IP, IP_PKTINFO);
  }

  /** The size of each datagram of a received train but the last; 0 if it is no train. */
  static int segmentSize(ByteBuffer memory, int from, int end) {
    int found = find(memory, from, end, IPPROTO_UDP, UDP_GRO);
    return found == 0 ? 0 : memory.getInt(found);
  }

  private static int find(ByteBuffer memory, int from, int end, int level, int type) {
    int at = from;
    while (at + HEADER <= end) {
      if (memory.getInt(at + 8) == level && memory.getInt(at + 12) == type) {
        return at + HEADER;
      }
      int length = (int) memory.getLong(at);
      if (length < HEADER) {
        return 0;
      }
      at += (length + 7) & -8;
    }
    return 0;
  }

  /** Where the address that the datagram was sent to lies in what was found. */
  static int destination(int found, boolean ipv6) {
    return ipv6 ? found : found + 8;
  }

  /**
   * Turns a destination that was found into a control message of the reply; returns its length, 0
   * where the destination cannot be a source. The interface is left to routing, but for IPv6
   * link-local addresses, which mean nothing without it.
   *
   * @param reply the memory of the reply's control messages, from {@code at} on
   */
  static int writeSource(ByteBuffer memory, int found, boolean ipv6, ByteBuffer reply, int at) {
    int data = at + HEADER;
    if (ipv6) {
      int first = memory.get(found) & 0xff;
      boolean linkLocal = first == 0xfe && (memory.get(found + 1) & 0xc0) == 0x80;
      reply.put(data, memory, found, 16);
      reply.putInt(data + 16, linkLocal ? memory.getInt(found + 16) : 0);
      writeHeader(reply, at, 20, IPPROTO_IPV6, IPV6_PKTINFO);
      return first == 0xff ? 0 : HEADER + 24;
    }
    reply.putInt(data, 0);
    reply.putInt(data + 4, memory.getInt(found + 4));
    reply.putInt(data + 8, 0);
    writeHeader(reply, at, 12, IPPROTO_IP, IP_PKTINFO);
    return HEADER + 16;
  }

  /** Writes that a reply is a train of datagrams of a size; returns the length. */
  static int writeSegmentSize(ByteBuffer reply, int at, int size) {
    writeHeader(reply, at, Short.BYTES, IPPROTO_UDP, UDP_SEGMENT);
    reply.putShort(at + HEADER, (short) size);
    return HEADER + 8;
  }

  private static void writeHeader(ByteBuffer reply, int at, int length, int level, int type) {
    reply.putLong(at, HEADER + length);
    reply.putInt(at + 8, level);
    reply.putInt(at + 12, type);
  }
}
