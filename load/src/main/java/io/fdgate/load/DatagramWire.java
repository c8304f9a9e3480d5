package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;

/**
 * Echo of datagrams. Each begins with its number, as far as it is long enough, so that answers are
 * known in any order; shorter ones are answered in order.
 */
final class DatagramWire extends Wire {
  private static final int LANE_SHIFT = 48;

  private final Pattern pattern;
  private final int size;
  private final boolean numbered;
  private final long mark;

  DatagramWire(Lane lane) {
    super(lane);
    pattern = lane.worker().pattern();
    size = lane.worker().plan().shape().size();
    numbered = size >= Long.BYTES;
    mark = (long) lane.index() << LANE_SHIFT;
  }

  @Override
  boolean losesMessages() {
    return true;
  }

  @Override
  void send(long first, int count) {
    ChannelHandlerContext context = context();
    for (long number = first; number < first + count; number++) {
      ByteBuf datagram = context.alloc().directBuffer(size, size);
      if (numbered) {
        datagram.writeLong(mark | number);
      }
      pattern.copyTo(datagram, offset(number), size - datagram.writerIndex());
      context.write(datagram, context.voidPromise());
    }
    context.flush();
  }

  private int offset(long number) {
    return numbered ? (int) (number % Pattern.PERIOD) : lane().index() % Pattern.PERIOD;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      ByteBuf bytes =
          message instanceof ByteBufHolder packet ? packet.content() : (ByteBuf) message;
      long now = System.nanoTime();
      lane().worker().received(bytes.readableBytes(), now);
      check(bytes, now);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void check(ByteBuf bytes, long now) {
    if (bytes.readableBytes() != size) {
      wrong("expected " + size + " bytes, got " + bytes.readableBytes());
      return;
    }
    long number = lane().oldest();
    if (numbered) {
      long id = bytes.readLong();
      number = id ^ mark;
      if (number >>> LANE_SHIFT != 0) {
        wrong("expected its own number in the first 8 bytes, got " + Long.toHexString(id));
        return;
      }
    }
    int wrong = pattern.mismatch(offset(number), bytes, bytes.readerIndex(), bytes.readableBytes());
    if (wrong >= 0) {
      wrong(
          "at byte "
              + (size - bytes.readableBytes() + wrong)
              + " "
              + pattern.difference(offset(number) + wrong, bytes, bytes.readerIndex() + wrong));
      return;
    }
    // An answer that comes after its time has been counted as lost.
    lane().answered(number, now);
  }
}
