package io.fdgate.gateway.listener;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fdgate.gateway.libc.Libc;
import io.fdgate.protocol.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * The memory of recvmmsg(2) and sendmmsg(2) for one socket: a row of slots, each with a {@code
 * struct mmsghdr} to receive and one to send, an address, control messages and a payload.
 *
 * <p>A reply in place reuses the slot's payload and address, so that an echo copies nothing. It is
 * all mapped memory: what no datagram has reached takes no real pages. Used on one event loop.
 *
 * <p>The layouts are those of the Linux ABI, equal on x86_64 and aarch64.
 */
final class DatagramBatch {
  private static final int HEADER = 64;
  private static final int NAME_LENGTH = 8;
  private static final int IOV = 16;
  private static final int IOV_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int RECEIVED = 56;

  private static final int IOVEC = 16;
  private static final int IOVEC_LENGTH = 8;
  private static final int ADDRESS = 128;
  private static final int CONTROL_SPACE = 256;

  private static final int CMSG_HEADER = 16;
  private static final int IPPROTO_IP = 0;
  private static final int IP_PKTINFO = 8;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int IPV6_PKTINFO = 50;

  // What every address begins with.
  private static final int FAMILY = 2;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;

  private final int fd;
  private final int slots;
  private final int payload;
  private final boolean packetInfo;
  private final MemorySegment memory;
  private final ByteBuf[] contents;

  private final long receiveHeaders;
  private final long sendHeaders;
  private final long receiveVectors;
  private final long sendVectors;
  private final long addresses;
  private final long controls;
  private final long payloads;

  /**
   * Maps the memory.
   *
   * @param slots how many datagrams go in one system call
   * @param payload the longest datagram, in bytes
   * @param packetInfo whether each datagram's destination is wanted, for replies from it
   */
  DatagramBatch(int fd, int slots, int payload, boolean packetInfo) {
    this.fd = fd;
    this.slots = slots;
    this.payload = payload;
    this.packetInfo = packetInfo;
    receiveHeaders = 0;
    sendHeaders = receiveHeaders + (long) slots * HEADER;
    // One more: the reply that is not in place, or to a lasting peer.
    receiveVectors = sendHeaders + (slots + 1L) * HEADER;
    sendVectors = receiveVectors + (long) slots * IOVEC;
    addresses = sendVectors + (slots + 1L) * IOVEC;
    controls = addresses + (slots + 1L) * ADDRESS;
    payloads = (controls + (slots + 1L) * CONTROL_SPACE + 4095) & -4096;
    memory = Libc.map(payloads + (slots + 1L) * payload);
    contents = new ByteBuf[slots + 1];
    for (int i = 0; i <= slots; i++) {
      contents[i] =
          Unpooled.wrappedBuffer(
              memory.asSlice(payloads + (long) i * payload, payload).asByteBuffer());
    }
    for (int i = 0; i < slots; i++) {
      memory.set(JAVA_LONG, receiveVectors + (long) i * IOVEC, address(payloads, i, payload));
      memory.set(JAVA_LONG, receiveVectors + (long) i * IOVEC + 8, payload);
      long header = receiveHeaders + (long) i * HEADER;
      memory.set(JAVA_LONG, header, address(addresses, i, ADDRESS));
      memory.set(JAVA_LONG, header + IOV, address(receiveVectors, i, IOVEC));
      memory.set(JAVA_LONG, header + IOV_COUNT, 1);
      // Without packetInfo no control memory: descriptors that a Unix peer sends are not received.
      memory.set(JAVA_LONG, header + CONTROL, packetInfo ? address(controls, i, CONTROL_SPACE) : 0);
      rearm(i);
    }
  }

  /** Asks the kernel for the destination of each datagram on a wildcard socket (ip(7), ipv6(7)). */
  static int enablePacketInfo(int fd, boolean ipv6) {
    return ipv6
        ? Libc.enable(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
        : Libc.enable(fd, IPPROTO_IP, IP_PKTINFO);
  }

  int slots() {
    return slots;
  }

  /** Receives without waiting; returns how many slots were filled, or a negated errno. */
  int receive() {
    return Libc.receive(fd, memory.address() + receiveHeaders, slots, MSG_DONTWAIT);
  }

  /** Makes a slot ready to receive again: the kernel writes over the lengths. */
  void rearm(int slot) {
    long header = receiveHeaders + (long) slot * HEADER;
    memory.set(JAVA_INT, header + NAME_LENGTH, ADDRESS);
    memory.set(JAVA_LONG, header + CONTROL_LENGTH, packetInfo ? CONTROL_SPACE : 0);
    memory.set(JAVA_INT, header + FLAGS, 0);
  }

  /** The payload of a filled slot; valid until the slot is armed again. */
  ByteBuf content(int slot) {
    return contents[slot].setIndex(
        0, memory.get(JAVA_INT, receiveHeaders + (long) slot * HEADER + RECEIVED));
  }

  /** Whether the datagram was longer than its slot. */
  boolean isTruncated(int slot) {
    return (memory.get(JAVA_INT, receiveHeaders + (long) slot * HEADER + FLAGS) & MSG_TRUNC) != 0;
  }

  /** Whether the sender has an address at all. */
  boolean hasSender(int slot) {
    // A Unix client that did not bind gives no more than a family, or nothing.
    return nameLength(slot) > FAMILY;
  }

  /** The sender of a filled slot. */
  Endpoint sender(int slot) {
    long name = addresses + (long) slot * ADDRESS;
    int length = nameLength(slot);
    return switch (length < 2 ? AF_UNIX : memory.get(JAVA_SHORT, name)) {
      case AF_INET -> inet(name, bytes(name + 4, 4), 0);
      case AF_INET6 -> inet(name, bytes(name + 8, 16), memory.get(JAVA_INT, name + 24));
      default -> new Endpoint.Unix(unixName(name, length));
    };
  }

  /**
   * Whether the sender claims to be the socket itself.
   *
   * @param bound where the socket is bound
   */
  boolean isFromSelf(int slot, Endpoint bound) {
    long name = addresses + (long) slot * ADDRESS;
    // Not a switch over the type: that is linked when the first datagram of a start is waiting.
    if (bound instanceof Endpoint.Inet inet) {
      int port =
          (memory.get(JAVA_BYTE, name + 2) & 0xff) << 8 | memory.get(JAVA_BYTE, name + 3) & 0xff;
      return port == inet.address().getPort() && isFromOwnAddress(slot, name, inet);
    }
    return bound instanceof Endpoint.Unix unix
        && !unix.isUnnamed()
        && unix.equals(new Endpoint.Unix(unixName(name, nameLength(slot))));
  }

  private boolean isFromOwnAddress(int slot, long name, Endpoint.Inet bound) {
    boolean ipv6 = memory.get(JAVA_SHORT, name) == AF_INET6;
    long address = name + (ipv6 ? 8 : 4);
    int length = ipv6 ? 16 : 4;
    if (!bound.isWildcard()) {
      return sender(slot) instanceof Endpoint.Inet sender
          && sender.address().getAddress().equals(bound.address().getAddress());
    }
    long info = packetInfo(slot, ipv6);
    long destination = ipv6 ? info : info + 8;
    return info != 0
        && MemorySegment.mismatch(
                memory, address, address + length, memory, destination, destination + length)
            == -1;
  }

  /**
   * Prepares a reply from a filled slot to its sender, from the address that the sender wrote to.
   *
   * @param at the place in the row of replies, not above {@code slot}
   * @param content part of the slot's own payload, from the buffer of {@link #content}
   */
  void replyInPlace(int at, int slot, ByteBuf content) {
    prepare(
        at,
        slot,
        address(payloads, slot, payload) + content.readerIndex(),
        content.readableBytes());
  }

  /** Copies a reply that is not in place, and sends it; returns 1 or a negated errno. */
  int replyNow(int slot, ByteBuf content) {
    int length = content.readableBytes();
    contents[slots].setIndex(0, 0).writeBytes(content, content.readerIndex(), length);
    prepare(slots, slot, address(payloads, slots, payload), length);
    return send(slots, 1);
  }

  /** The way back to the sender of a filled slot, from the address that the sender wrote to. */
  WayBack wayBack(int slot) {
    int control = packetInfo ? writeSource(slot) : 0;
    return new WayBack(
        bytes(addresses + (long) slot * ADDRESS, nameLength(slot)),
        bytes(controls + (long) slot * CONTROL_SPACE, control));
  }

  /** Copies a reply and sends it; returns 1 or a negated errno. */
  int reply(WayBack to, ByteBuf content) {
    long name = addresses + (long) slots * ADDRESS;
    long control = controls + (long) slots * CONTROL_SPACE;
    MemorySegment.copy(to.name(), 0, memory, JAVA_BYTE, name, to.name().length);
    MemorySegment.copy(to.source(), 0, memory, JAVA_BYTE, control, to.source().length);
    int length = content.readableBytes();
    contents[slots].setIndex(0, 0).writeBytes(content, content.readerIndex(), length);
    long header = sendHeaders + (long) slots * HEADER;
    prepare(slots, slots, to.name().length, address(payloads, slots, payload), length);
    memory.set(JAVA_LONG, header + CONTROL_LENGTH, to.source().length);
    int result = send(slots, 1);
    // A broadcast address was written to: it cannot be a source, so the kernel chooses one.
    return result < 0 && result != -Libc.EAGAIN && dropSource(slots) ? send(slots, 1) : result;
  }

  /** The longest reply. */
  int longest() {
    return payload;
  }

  /** Sends prepared replies without waiting; returns how many were sent, or a negated errno. */
  int send(int from, int count) {
    long headers = memory.address() + sendHeaders + (long) from * HEADER;
    return Libc.send(fd, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /** The payload bytes of prepared replies. */
  long bytes(int from, int count) {
    long sum = 0;
    for (int at = from; at < from + count; at++) {
      sum += memory.get(JAVA_LONG, sendVectors + (long) at * IOVEC + IOVEC_LENGTH);
    }
    return sum;
  }

  /** Lets the kernel choose the source address of a prepared reply; returns whether it was set. */
  boolean dropSource(int at) {
    long header = sendHeaders + (long) at * HEADER;
    boolean was = memory.get(JAVA_LONG, header + CONTROL_LENGTH) != 0;
    memory.set(JAVA_LONG, header + CONTROL_LENGTH, 0);
    return was;
  }

  /** Gives the memory back. */
  void free() {
    Libc.unmap(memory);
  }

  private void prepare(int at, int slot, long data, int length) {
    prepare(at, slot, nameLength(slot), data, length);
    int control = packetInfo ? writeSource(slot) : 0;
    memory.set(JAVA_LONG, sendHeaders + (long) at * HEADER + CONTROL_LENGTH, control);
  }

  private void prepare(int at, int slot, int nameLength, long data, int length) {
    memory.set(JAVA_LONG, sendVectors + (long) at * IOVEC, data);
    memory.set(JAVA_LONG, sendVectors + (long) at * IOVEC + 8, length);
    long header = sendHeaders + (long) at * HEADER;
    memory.set(JAVA_LONG, header, address(addresses, slot, ADDRESS));
    memory.set(JAVA_INT, header + NAME_LENGTH, nameLength);
    memory.set(JAVA_LONG, header + IOV, address(sendVectors, at, IOVEC));
    memory.set(JAVA_LONG, header + IOV_COUNT, 1);
    memory.set(JAVA_LONG, header + CONTROL, address(controls, slot, CONTROL_SPACE));
    memory.set(JAVA_INT, header + FLAGS, 0);
  }

  /**
   * Turns the received packet information of a slot into that of its reply; returns the length of
   * the control messages, 0 where the destination cannot be a source. The interface is left to
   * routing, but for IPv6 link-local addresses, which mean nothing without it.
   */
  private int writeSource(int slot) {
    boolean ipv6 = memory.get(JAVA_SHORT, addresses + (long) slot * ADDRESS) == AF_INET6;
    long info = packetInfo(slot, ipv6);
    if (info == 0) {
      return 0;
    }
    long control = controls + (long) slot * CONTROL_SPACE;
    long data = control + CMSG_HEADER;
    if (ipv6) {
      int first = memory.get(JAVA_BYTE, info) & 0xff;
      boolean linkLocal = first == 0xfe && (memory.get(JAVA_BYTE, info + 1) & 0xc0) == 0x80;
      int interfaceIndex = linkLocal ? memory.get(JAVA_INT, info + 16) : 0;
      MemorySegment.copy(memory, info, memory, data, 16);
      memory.set(JAVA_INT, data + 16, interfaceIndex);
      writeControlHeader(control, 20, IPPROTO_IPV6, IPV6_PKTINFO);
      return first == 0xff ? 0 : CMSG_HEADER + 24;
    }
    int source = memory.get(JAVA_INT, info + 4);
    memory.set(JAVA_INT, data, 0);
    memory.set(JAVA_INT, data + 4, source);
    memory.set(JAVA_INT, data + 8, 0);
    writeControlHeader(control, 12, IPPROTO_IP, IP_PKTINFO);
    return CMSG_HEADER + 16;
  }

  private void writeControlHeader(long control, int length, int level, int type) {
    memory.set(JAVA_LONG, control, CMSG_HEADER + length);
    memory.set(JAVA_INT, control + 8, level);
    memory.set(JAVA_INT, control + 12, type);
  }

  /** Where the received in_pktinfo or in6_pktinfo of a slot lies; 0 if there is none. */
  private long packetInfo(int slot, boolean ipv6) {
    long at = controls + (long) slot * CONTROL_SPACE;
    long header = receiveHeaders + (long) slot * HEADER;
    long end = at + memory.get(JAVA_LONG, header + CONTROL_LENGTH);
    while (at + CMSG_HEADER <= end) {
      long length = memory.get(JAVA_LONG, at);
      int level = memory.get(JAVA_INT, at + 8);
      int type = memory.get(JAVA_INT, at + 12);
      if (ipv6
          ? level == IPPROTO_IPV6 && type == IPV6_PKTINFO
          : level == IPPROTO_IP && type == IP_PKTINFO) {
        return at + CMSG_HEADER;
      }
      if (length < CMSG_HEADER) {
        return 0;
      }
      at += (length + 7) & -8;
    }
    return 0;
  }

  private Endpoint inet(long name, byte[] address, int scope) {
    int port =
        (memory.get(JAVA_BYTE, name + 2) & 0xff) << 8 | memory.get(JAVA_BYTE, name + 3) & 0xff;
    try {
      InetAddress inet =
          address.length == 16
              ? scope == 0
                  ? InetAddress.getByAddress(address)
                  : Inet6Address.getByAddress(null, address, scope)
              : InetAddress.getByAddress(address);
      return new Endpoint.Inet(new InetSocketAddress(inet, port));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private byte[] unixName(long name, int length) {
    int size = Math.max(0, length - 2);
    byte[] path = bytes(name + 2, size);
    boolean terminated = size > 0 && path[0] != 0 && path[size - 1] == 0;
    return terminated ? Arrays.copyOf(path, size - 1) : path;
  }

  private byte[] bytes(long from, int length) {
    return memory.asSlice(from, length).toArray(JAVA_BYTE);
  }

  private int nameLength(int slot) {
    return Math.min(
        memory.get(JAVA_INT, receiveHeaders + (long) slot * HEADER + NAME_LENGTH), ADDRESS);
  }

  private long address(long row, int index, int size) {
    return memory.address() + row + (long) index * size;
  }
}
