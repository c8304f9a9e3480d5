package io.fdgate.gateway.listener;

import io.fdgate.libc.Libc;
import io.fdgate.protocol.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

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
  private final ByteBuffer memory;
  private final long address;
  private final ByteBuf[] contents;

  private final int vectors;
  private final int addresses;
  private final int controls;
  private final int payloads;

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
    vectors = slots * HEADER;
    addresses = vectors + slots * VECTOR;
    controls = addresses + slots * ADDRESS;
    payloads = (controls + slots * CONTROL_SPACE + 4095) & -4096;
    memory = Libc.map(payloads + slots * payload);
    address = Buffer.memoryAddress(memory);
    contents = new ByteBuf[slots];
    for (int i = 0; i < slots; i++) {
      contents[i] = Unpooled.wrappedBuffer(memory.slice(payloads + i * payload, payload));
      memory.putLong(vectors + i * VECTOR, payloadAddress(i));
      memory.putLong(vectors + i * VECTOR + VECTOR_LENGTH, payload);
      int header = header(i);
      memory.putLong(header, nameAddress(i));
      memory.putLong(header + IOV, address + vectors + i * VECTOR);
      memory.putLong(header + IOV_COUNT, 1);
      memory.putLong(header + CONTROL, unix ? 0 : address + control(i));
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
      int header = header(slot);
      memory.putInt(header + NAME_LENGTH, ADDRESS);
      memory.putLong(header + CONTROL_LENGTH, controlSpace);
      memory.putInt(header + FLAGS, 0);
    }
    int result = Libc.receive(fd, address, slots, MSG_DONTWAIT);
    filled = Math.max(0, result);
    return result;
  }

  /** The bytes of a filled slot. */
  int length(int slot) {
    return memory.getInt(header(slot) + RECEIVED);
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
    return address + payloads + slot * payload;
  }

  /** Whether the datagram was longer than its slot. */
  boolean isTruncated(int slot) {
    return (memory.getInt(header(slot) + FLAGS) & MSG_TRUNC) != 0;
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
    return address + name(slot);
  }

  int nameLength(int slot) {
    return Math.min(memory.getInt(header(slot) + NAME_LENGTH), ADDRESS);
  }

  /** Whether two slots have one sender, which wrote to one address. */
  boolean isSameWay(int slot, int other) {
    // Family and port come first: where most differ.
    return memory.getLong(name(slot)) == memory.getLong(name(other))
        && isEqual(name(slot), nameLength(slot), name(other), nameLength(other))
        && (!packetInfo
            || isEqual(control(slot), controlLength(slot), control(other), controlLength(other)));
  }

  private boolean isEqual(int at, int length, int other, int otherLength) {
    if (length != otherLength) {
      return false;
    }
    int equal = 0;
    while (equal < length && memory.get(at + equal) == memory.get(other + equal)) {
      equal++;
    }
    return equal == length;
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
    int found = destination(slot, ipv6);
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
  int writeSource(int slot, ByteBuffer reply, int at) {
    if (!packetInfo) {
      return 0;
    }
    boolean ipv6 = SocketName.isIpv6(memory, name(slot));
    int found = destination(slot, ipv6);
    return found == 0 ? 0 : ControlMessages.writeSource(memory, found, ipv6, reply, at);
  }

  /** Forgets where the sender wrote to; returns whether it was known. */
  boolean forgetDestination(int slot) {
    boolean known = packetInfo && controlLength(slot) != 0;
    memory.putLong(header(slot) + CONTROL_LENGTH, 0);
    return known;
  }

  /** The sender's address as the kernel gave it. */
  byte[] nameBytes(int slot) {
    byte[] bytes = new byte[nameLength(slot)];
    memory.get(name(slot), bytes);
    return bytes;
  }

  /** Gives the memory back. */
  void free() {
    Libc.unmap(memory);
  }

  private int destination(int slot, boolean ipv6) {
    return ControlMessages.findDestination(memory, control(slot), controlEnd(slot), ipv6);
  }

  private int controlLength(int slot) {
    return (int) memory.getLong(header(slot) + CONTROL_LENGTH);
  }

  private int controlEnd(int slot) {
    return control(slot) + controlLength(slot);
  }

  private static int header(int slot) {
    return slot * HEADER;
  }

  private int name(int slot) {
    return addresses + slot * ADDRESS;
  }

  private int control(int slot) {
    return controls + slot * CONTROL_SPACE;
  }
}
