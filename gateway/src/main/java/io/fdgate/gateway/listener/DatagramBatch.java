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
 * The memory of recvmmsg(2) for one socket: a row of slots, each with a {@code struct mmsghdr}, an
 * address, control messages and a payload, which is a datagram or a train of them from one sender.
 *
 * <p>It is all mapped memory: what no datagram has reached takes no real pages. Used on one event
 * loop.
 *
 * <p>The layouts are those of the Linux ABI, equal on x86_64 and aarch64.
 */
final class DatagramBatch {
  // struct mmsghdr
  static final int HEADER = 64;
  static final int NAME_LENGTH = 8;
  static final int IOV = 16;
  static final int IOV_COUNT = 24;
  static final int CONTROL = 32;
  static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int RECEIVED = 56;

  // struct iovec
  static final int VECTOR = 16;
  static final int VECTOR_LENGTH = 8;

  private static final int ADDRESS = SocketName.LONGEST;
  private static final int CONTROL_SPACE = 256;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  private final int fd;
  private final int slots;
  private final int payload;
  private final boolean packetInfo;
  private final int controlSpace;
  private final MemorySegment memory;
  private final ByteBuf[] contents;

  private final long vectors;
  private final long addresses;
  private final long controls;
  private final long payloads;

  private int filled;

  /**
   * Maps the memory.
   *
   * @param slots how many go in one system call
   * @param payload the longest datagram, in bytes
   * @param unix whether it is a Unix socket
   * @param packetInfo whether each datagram's destination is wanted, for replies from it
   */
  DatagramBatch(int fd, int slots, int payload, boolean unix, boolean packetInfo) {
    this.fd = fd;
    this.slots = slots;
    this.payload = payload;
    this.packetInfo = packetInfo;
    // No control memory: descriptors that a Unix peer sends are not received.
    controlSpace = unix ? 0 : CONTROL_SPACE;
    vectors = (long) slots * HEADER;
    addresses = vectors + (long) slots * VECTOR;
    controls = addresses + (long) slots * ADDRESS;
    payloads = (controls + (long) slots * CONTROL_SPACE + 4095) & -4096;
    memory = Libc.map(payloads + (long) slots * payload);
    contents = new ByteBuf[slots];
    for (int i = 0; i < slots; i++) {
      contents[i] =
          Unpooled.wrappedBuffer(
              memory.asSlice(payloads + (long) i * payload, payload).asByteBuffer());
      memory.set(JAVA_LONG, vectors + (long) i * VECTOR, payloadAddress(i));
      memory.set(JAVA_LONG, vectors + (long) i * VECTOR + VECTOR_LENGTH, payload);
      long header = header(i);
      memory.set(JAVA_LONG, header, nameAddress(i));
      memory.set(JAVA_LONG, header + IOV, memory.address() + vectors + (long) i * VECTOR);
      memory.set(JAVA_LONG, header + IOV_COUNT, 1);
      memory.set(JAVA_LONG, header + CONTROL, unix ? 0 : memory.address() + control(i));
    }
    filled = slots;
  }

  int slots() {
    return slots;
  }

  /** The longest datagram. */
  int longest() {
    return payload;
  }

  /** Receives without waiting; returns how many slots were filled, or a negated errno. */
  int receive() {
    // The kernel wrote over the lengths.
    for (int slot = 0; slot < filled; slot++) {
      long header = header(slot);
      memory.set(JAVA_INT, header + NAME_LENGTH, ADDRESS);
      memory.set(JAVA_LONG, header + CONTROL_LENGTH, controlSpace);
      memory.set(JAVA_INT, header + FLAGS, 0);
    }
    int result = Libc.receive(fd, memory.address(), slots, MSG_DONTWAIT);
    filled = Math.max(0, result);
    return result;
  }

  /** The bytes of a filled slot. */
  int length(int slot) {
    return memory.get(JAVA_INT, header(slot) + RECEIVED);
  }

  /** The size of each datagram of a filled slot, of which the last may be shorter. */
  int segmentSize(int slot) {
    int size = ControlMessages.segmentSize(memory, control(slot), controlEnd(slot));
    return size > 0 ? size : length(slot);
  }

  /** The payload of a filled slot; valid until the next row is received. */
  ByteBuf content(int slot) {
    return contents[slot].setIndex(0, length(slot));
  }

  /** One datagram of a train. It has no room to grow: the next one follows. */
  ByteBuf content(int slot, int from, int length) {
    return contents[slot].slice(from, length);
  }

  /** Where the payload of a slot lies. */
  long payloadAddress(int slot) {
    return memory.address() + payloads + (long) slot * payload;
  }

  /** Whether the datagram was longer than its slot. */
  boolean isTruncated(int slot) {
    return (memory.get(JAVA_INT, header(slot) + FLAGS) & MSG_TRUNC) != 0;
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

  /** Where the sender's address lies. */
  long nameAddress(int slot) {
    return memory.address() + name(slot);
  }

  int nameLength(int slot) {
    return Math.min(memory.get(JAVA_INT, header(slot) + NAME_LENGTH), ADDRESS);
  }

  /** Whether two slots have one sender, which wrote to one address. */
  boolean isSameWay(int slot, int other) {
    // Family and port come first: where most differ.
    return memory.get(JAVA_LONG, name(slot)) == memory.get(JAVA_LONG, name(other))
        && isEqual(name(slot), nameLength(slot), name(other), nameLength(other))
        && (!packetInfo
            || isEqual(control(slot), controlLength(slot), control(other), controlLength(other)));
  }

  private boolean isEqual(long at, long length, long other, long otherLength) {
    return length == otherLength
        && MemorySegment.mismatch(memory, at, at + length, memory, other, other + length) == -1;
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
    long found = destination(slot, ipv6);
    int length = ipv6 ? 16 : 4;
    return found != 0
        && isEqual(
            SocketName.host(name(slot), ipv6),
            length,
            ControlMessages.destination(found, ipv6),
            length);
  }

  /**
   * Writes the control message that makes a reply leave from where the sender wrote to; returns its
   * length, 0 if the kernel is to choose.
   */
  int writeSource(int slot, MemorySegment reply, long at) {
    if (!packetInfo) {
      return 0;
    }
    boolean ipv6 = SocketName.isIpv6(memory, name(slot));
    long found = destination(slot, ipv6);
    return found == 0 ? 0 : ControlMessages.writeSource(memory, found, ipv6, reply, at);
  }

  /** Forgets where the sender wrote to; returns whether it was known. */
  boolean forgetDestination(int slot) {
    boolean known = packetInfo && controlLength(slot) != 0;
    memory.set(JAVA_LONG, header(slot) + CONTROL_LENGTH, 0);
    return known;
  }

  /** The sender's address as the kernel gave it. */
  byte[] nameBytes(int slot) {
    return memory.asSlice(name(slot), nameLength(slot)).toArray(JAVA_BYTE);
  }

  /** Gives the memory back. */
  void free() {
    Libc.unmap(memory);
  }

  private long destination(int slot, boolean ipv6) {
    return ControlMessages.findDestination(memory, control(slot), controlEnd(slot), ipv6);
  }

  private long controlLength(int slot) {
    return memory.get(JAVA_LONG, header(slot) + CONTROL_LENGTH);
  }

  private long controlEnd(int slot) {
    return control(slot) + controlLength(slot);
  }

  private static long header(int slot) {
    return (long) slot * HEADER;
  }

  private long name(int slot) {
    return addresses + (long) slot * ADDRESS;
  }

  private long control(int slot) {
    return controls + (long) slot * CONTROL_SPACE;
  }
}
