package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Echo over a stream: the pattern goes out in one piece and must come back so. */
final class StreamWire extends Wire {
  private final Pattern pattern;
  private final int size;
  private int sendOffset;
  private int receiveOffset;
  private long answers;
  private int received;

  StreamWire(Lane lane) {
    super(lane);
    pattern = lane.worker().pattern();
    size = lane.worker().plan().shape().size();
    // Another place in the pattern for each connection: an answer to another one shows.
    sendOffset = lane.index() % Pattern.PERIOD;
    receiveOffset = sendOffset;
  }

  @Override
  void send(long first, int count) {
    ChannelHandlerContext context = context();
    long left = (long) count * size;
    while (left > 0) {
      int length = (int) Math.min(left, pattern.longest());
      context.write(pattern.stretch(sendOffset, length), context.voidPromise());
      sendOffset = (sendOffset + length) % Pattern.PERIOD;
      left -= length;
    }
    context.flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      long now = System.nanoTime();
      int length = bytes.readableBytes();
      lane().worker().received(length, now);
      int wrong = pattern.mismatch(receiveOffset, bytes, bytes.readerIndex(), length);
      if (wrong >= 0) {
        wrong(
            "at byte "
                + (received + wrong) % size
                + " of message "
                + (answers + (received + wrong) / size + 1)
                + " "
                + pattern.difference(receiveOffset + wrong, bytes, bytes.readerIndex() + wrong));
        return;
      }
      receiveOffset = (receiveOffset + length) % Pattern.PERIOD;
      received += length;
      while (received >= size) {
        received -= size;
        answers++;
        lane().answered(lane().oldest(), now);
      }
      if (received > 0 && lane().inFlight() == 0 && lane().worker().isRunning()) {
        wrong("more bytes came back than were sent, the last are " + received + " too many");
      }
    } finally {
      bytes.release();
    }
  }
}
