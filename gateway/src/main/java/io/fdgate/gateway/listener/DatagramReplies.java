package io.fdgate.gateway.listener;

import static io.fdgate.gateway.listener.DatagramBatch.CONTROL;
import static io.fdgate.gateway.listener.DatagramBatch.CONTROL_LENGTH;
import static io.fdgate.gateway.listener.DatagramBatch.HEADER;
import static io.fdgate.gateway.listener.DatagramBatch.IOV;
import static io.fdgate.gateway.listener.DatagramBatch.IOV_COUNT;
import static io.fdgate.gateway.listener.DatagramBatch.NAME_LENGTH;
import static io.fdgate.gateway.listener.DatagramBatch.VECTOR;
import static io.fdgate.gateway.listener.DatagramBatch.VECTOR_LENGTH;

import io.fdgate.libc.Libc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/**
 * The replies to a row of datagrams, in order, and the memory of sendmmsg(2). Replies that follow
 * each other to one peer and have one size become one message, a train (UDP_SEGMENT of udp(7)),
 * which the kernel carries as a whole for as long as it can.
 *
 * <p>A reply in place is sent from the memory of its datagram, so that an echo copies nothing. Used
 * on one event loop.
 */
final class DatagramReplies {
  // UDP_MAX_SEGMENTS of the kernels before 6.9; what is received may be a train of 128.
  private static final int MOST_SENT = 64;
  private static final int MOST_RECEIVED = 128;
  // The longest payload over IPv4; a size in UDP_SEGMENT has 16 bits.
  private static final int LONGEST_TRAIN = 65_507;
  private static final int CONTROL_SPACE = 64;

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;

  private final int fd;
  private final DatagramBatch batch;
  private final boolean trains;
  private final int messages;
  private final int most;
  private final ByteBuffer memory;
  private final long address;

  private final int controls;
  private final int vectors;
  private final int slots;
  private final int name;
  private final int copiesAt;
  private final int laterAt;
  private final ByteBuf copies;
  private final ByteBuf later;

  private int count;
  private int sent;
  private int singlyBefore;
  private long sentBytes;

  /**
   * Maps the memory.
   *
   * @param trains whether the kernel takes trains
   */
  DatagramReplies(int fd, DatagramBatch batch, boolean trains) {
    this.fd = fd;
    this.batch = batch;
    this.trains = trains;
    messages = batch.slots();
    most = messages * MOST_RECEIVED;
    // One more of each: the reply to a lasting peer.
    controls = (messages + 1) * HEADER;
    vectors = controls + (messages + 1) * CONTROL_SPACE;
    slots = vectors + (most + 1) * VECTOR;
    name = slots + most * Integer.BYTES;
    copiesAt = (name + SocketName.LONGEST + 4095) & -4096;
    laterAt = copiesAt + batch.longest();
    memory = Libc.map(laterAt + batch.longest());
    address = Buffer.memoryAddress(memory);
    copies = buffer(copiesAt);
    later = buffer(laterAt);
    for (int i = 0; i <= messages; i++) {
      memory.putLong(i * HEADER + CONTROL, address + control(i));
    }
  }

  private ByteBuf buffer(int at) {
    return Unpooled.wrappedBuffer(memory.slice(at, batch.longest())).clear();
  }

  boolean isAllSent() {
    return sent == count;
  }

  /**
   * Adds a reply that is part of a slot's own payload; false if there is no room.
   *
   * @param at where it begins in the payload
   */
  boolean addInPlace(int slot, int at, int length) {
    return add(slot, batch.payloadAddress(slot) + at, length);
  }

  /** Adds a copy of a reply to a slot's sender; false if there is no room. */
  boolean addCopy(int slot, ByteBuf content) {
    int length = content.readableBytes();
    boolean room =
        length <= copies.writableBytes()
            && add(slot, address + copiesAt + copies.writerIndex(), length);
    if (room) {
      copies.writeBytes(content, content.readerIndex(), length);
    }
    return room;
  }

  private boolean add(int slot, long data, int length) {
    if (count == most) {
      return false;
    }
    vector(count, data, length);
    memory.putInt(slots + count * Integer.BYTES, slot);
    count++;
    return true;
  }

  /**
   * Sends what it can with one system call, without waiting; returns how many replies were sent, or
   * the negated errno of the first that is left.
   */
  int send() {
    int prepared = 0;
    for (int next = sent; next < count && prepared < messages; prepared++) {
      int end = trains && next >= singlyBefore ? endOfTrain(next) : next + 1;
      message(prepared, next, end - next);
      next = end;
    }
    int result = send(0, prepared);
    return result < 0 ? result : sent(result);
  }

  private int sent(int messagesSent) {
    int before = sent;
    for (int at = 0; at < messagesSent; at++) {
      sent += (int) memory.getLong(at * HEADER + IOV_COUNT);
    }
    sentBytes = 0;
    for (int at = before; at < sent; at++) {
      sentBytes += length(at);
    }
    int replies = sent - before;
    clearIfAllSent();
    return replies;
  }

  /** The payload bytes of what was sent last. */
  long sentBytes() {
    return sentBytes;
  }

  /**
   * After a refusal asks less of the kernel for the first reply that is left: to leave its train,
   * which cannot pass where the path takes shorter packets or the device computes no checksums;
   * then not to leave from where the peer wrote to, which cannot be where that is a broadcast
   * address. False if nothing is left to give up.
   */
  boolean concede() {
    if (sent >= singlyBefore && trains) {
      int end = endOfTrain(sent);
      if (end > sent + 1) {
        singlyBefore = end;
        return true;
      }
    }
    return batch.forgetDestination(slot(sent));
  }

  /** Gives the first reply up that is left. */
  void skip() {
    sent++;
    clearIfAllSent();
  }

  private void clearIfAllSent() {
    if (sent == count) {
      count = 0;
      sent = 0;
      singlyBefore = 0;
      copies.clear();
    }
  }

  /** The last of a train may be shorter; an empty datagram cannot be in one. */
  private int endOfTrain(int first) {
    int size = length(first);
    int room = LONGEST_TRAIN - size;
    int end = Math.min(count, first + MOST_SENT);
    int next = first + 1;
    while (next < end && length(next - 1) == size && fits(next, Math.min(size, room))) {
      room -= length(next);
      next++;
    }
    return next;
  }

  private boolean fits(int at, int longest) {
    int length = length(at);
    int slot = slot(at);
    int before = slot(at - 1);
    return length > 0 && length <= longest && (slot == before || batch.isSameWay(slot, before));
  }

  private void message(int at, int first, int replies) {
    int slot = slot(first);
    int control = control(at);
    int length = batch.writeSource(slot, memory, control);
    if (replies > 1) {
      length += ControlMessages.writeSegmentSize(memory, control + length, length(first));
    }
    message(at, batch.nameAddress(slot), batch.nameLength(slot), first, replies, length);
  }

  private void message(
      int at, long peer, int peerLength, int first, int replies, int controlLength) {
    int header = at * HEADER;
    memory.putLong(header, peer);
    memory.putInt(header + NAME_LENGTH, peerLength);
    memory.putLong(header + IOV, address + vectors + first * VECTOR);
    memory.putLong(header + IOV_COUNT, replies);
    memory.putLong(header + CONTROL_LENGTH, controlLength);
  }

  /** The way back to the sender of a filled slot, from the address that the sender wrote to. */
  WayBack wayBack(int slot) {
    int control = control(messages);
    byte[] source = new byte[batch.writeSource(slot, memory, control)];
    memory.get(control, source);
    return new WayBack(batch.nameBytes(slot), source);
  }

  /** Copies a reply and sends it now; returns 1 or a negated errno. */
  int sendLater(WayBack to, ByteBuf content) {
    byte[] peer = to.name();
    byte[] source = to.source();
    int control = control(messages);
    memory.put(name, peer).put(control, source);
    int length = content.readableBytes();
    later.clear().writeBytes(content, content.readerIndex(), length);
    vector(most, address + laterAt, length);
    message(messages, address + name, peer.length, most, 1, source.length);
    int result = send(messages, 1);
    if (result < 0 && result != -Libc.EAGAIN && source.length != 0) {
      // A broadcast address was written to: it cannot be a source, so the kernel chooses one.
      message(messages, address + name, peer.length, most, 1, 0);
      result = send(messages, 1);
    }
    return result;
  }

  /** Gives the memory back. */
  void free() {
    Libc.unmap(memory);
  }

  private int send(int from, int prepared) {
    long headers = address + from * HEADER;
    return Libc.send(fd, headers, prepared, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  private void vector(int at, long data, int length) {
    memory.putLong(vectors + at * VECTOR, data);
    memory.putLong(vectors + at * VECTOR + VECTOR_LENGTH, length);
  }

  private int control(int message) {
    return controls + message * CONTROL_SPACE;
  }

  private int length(int at) {
    return (int) memory.getLong(vectors + at * VECTOR + VECTOR_LENGTH);
  }

  private int slot(int at) {
    return memory.getInt(slots + at * Integer.BYTES);
  }
}
