package io.fdgate.gateway.listener;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.fdgate.gateway.libc.Libc;
import io.fdgate.protocol.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.MemorySegment;

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
  private static final int ADDRESS = SocketName.LONGEST;
  private static final int CONTROL_SPACE = 256;

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
    return nameLength(slot) > SocketName.FAMILY;
  }

  /** The sender of a filled slot. */
  Endpoint sender(int slot) {
    return SocketName.endpoint(memory, name(slot), nameLength(slot));
  }

  /**
   * Whether the sender claims to be the socket itself.
   *
   * @param bound where the socket is bound
   */
  boolean isFromSelf(int slot, Endpoint bound) {
    // Not a switch over the type: that is linked when the first datagram of a start is waiting.
    if (bound instanceof Endpoint.Inet inet) {
      return SocketName.port(memory, name(slot)) == inet.address().getPort()
          && isFromOwnAddress(slot, inet);
    }
    return bound instanceof Endpoint.Unix unix
        && !unix.isUnnamed()
        && unix.equals(SocketName.unix(memory, name(slot), nameLength(slot)));
  }

  private boolean isFromOwnAddress(int slot, Endpoint.Inet bound) {
    if (!bound.isWildcard()) {
      return sender(slot) instanceof Endpoint.Inet sender
          && sender.address().getAddress().equals(bound.address().getAddress());
    }
    boolean ipv6 = SocketName.isIpv6(memory, name(slot));
    long info = packetInfo(slot, ipv6);
    long host = SocketName.host(name(slot), ipv6);
    long destination = PacketInfo.destination(info, ipv6);
    int length = ipv6 ? 16 : 4;
    return info != 0
        && MemorySegment.mismatch(
                memory, host, host + length, memory, destination, destination + length)
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
    int source = packetInfo ? writeSource(slot) : 0;
    return new WayBack(bytes(name(slot), nameLength(slot)), bytes(control(slot), source));
  }

  /** Copies a reply and sends it; returns 1 or a negated errno. */
  int reply(WayBack to, ByteBuf content) {
    MemorySegment.copy(to.name(), 0, memory, JAVA_BYTE, name(slots), to.name().length);
    MemorySegment.copy(to.source(), 0, memory, JAVA_BYTE, control(slots), to.source().length);
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
   * the control messages, 0 where the destination cannot be a source.
   */
  private int writeSource(int slot) {
    boolean ipv6 = SocketName.isIpv6(memory, name(slot));
    long info = packetInfo(slot, ipv6);
    return info == 0 ? 0 : PacketInfo.writeSource(memory, info, ipv6, control(slot));
  }

  /** Where the received packet information of a slot lies; 0 if there is none. */
  private long packetInfo(int slot, boolean ipv6) {
    long header = receiveHeaders + (long) slot * HEADER;
    long end = control(slot) + memory.get(JAVA_LONG, header + CONTROL_LENGTH);
    return PacketInfo.find(memory, control(slot), end, ipv6);
  }

  private byte[] bytes(long from, int length) {
    return memory.asSlice(from, length).toArray(JAVA_BYTE);
  }

  private long name(int slot) {
    return addresses + (long) slot * ADDRESS;
  }

  private long control(int slot) {
    return controls + (long) slot * CONTROL_SPACE;
  }

  private int nameLength(int slot) {
    return Math.min(
        memory.get(JAVA_INT, receiveHeaders + (long) slot * HEADER + NAME_LENGTH), ADDRESS);
  }

  private long address(long row, int index, int size) {
    return memory.address() + row + (long) index * size;
  }
}
