package io.fdgate.protocol.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a relay. It receives only when everything before was sent, so that it never
 * holds more than one buffer; and none while nothing waits. Bulk goes through a pipe instead, which
 * is there only as long as there is bulk. Used on the relay's event loop.
 */
final class Flow {
  private static final int SMALLEST = 16 * 1024;
  private static final int LARGEST = 128 * 1024;
  // So many times in a row as much at once as pays for a pipe: that is bulk.
  private static final int BULK = 6;
  private static final int MUCH = 32 * 1024;
  // Then other sockets of the loop have their turn, after two milliseconds. With a quarter of it
  // both ends of bulk fall asleep in each turn: two fifths more processor time, to wake them.
  private static final int BUDGET = 4 * 1024 * 1024;

  private final Side from;
  private final Side to;
  private ByteBuf held;
  private final boolean splice;
  private @Nullable Pipe pipe;
  private int size = SMALLEST;
  private int inARow;
  private long received;
  private long moved;
  private boolean stopped;

  /**
   * A flow.
   *
   * @param first sent before all else; the flow's from now on
   * @param splice whether bulk may go through a pipe
   */
  Flow(Side from, Side to, ByteBuf first, boolean splice) {
    this.splice = splice;
    this.from = from;
    this.to = to;
    this.held = first;
  }

  /** How much was received until now. */
  long received() {
    return received;
  }

  /** How much was sent until now. */
  long moved() {
    return moved;
  }

  /** Whether to receive nothing for now; what is held is still sent. */
  void stop(boolean stop) {
    stopped = stop;
  }

  /** Moves what can be moved; returns whether there is more that could be moved at once. */
  boolean pump() {
    long stop = moved + BUDGET;
    while (moved < stop) {
      if (to.isOutputEnded()) {
        release(); // it cannot be delivered any more
        return false;
      } else if (isHolding()) {
        if (!to.isWritable()) {
          return false;
        }
        sendHeld();
      } else if (from.isReset()) {
        return false; // no orderly end: the relay passes the reset on
      } else if (from.isInputEnded()) {
        if (to.isInputEnded() && from.isOutputEnded()) {
          to.endOutputByClosing(); // nothing is left that could be cut off
        } else {
          to.endOutput();
        }
      } else if (from.isReadable() && to.isWritable() && !stopped) {
        receive();
      } else {
        return false;
      }
    }
    return true;
  }

  /** The bytes that were received and not sent yet. Any thread; may be a moment old. */
  long held() {
    Pipe bulk = pipe;
    return held.readableBytes() + (bulk == null ? 0 : bulk.content());
  }

  /** Whether something was received and not sent yet. */
  boolean isHolding() {
    return held.isReadable() || pipe != null && pipe.content() > 0;
  }

  private void receive() {
    if (isBulk() && splice()) {
      return;
    }
    ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(size, size);
    int count = from.receive(buffer);
    if (count <= 0) {
      buffer.release();
      return;
    }
    received += count;
    inARow = count >= MUCH ? inARow + 1 : 0;
    if (inARow == 0) {
      closePipe();
    }
    if (count == size) {
      size = Math.min(size * 2, LARGEST);
    } else if (count < size / 4) {
      size = Math.max(size / 2, SMALLEST);
    }
    held = buffer;
    sendHeld();
  }

  private boolean isBulk() {
    return splice && inARow >= BULK;
  }

  /** Returns whether anything came; if not, the way through a buffer tells why. */
  private boolean splice() {
    try {
      if (pipe == null) {
        pipe = Pipe.open();
      }
      int count = from.receive(pipe);
      if (count > 0) {
        received += count;
        inARow = count >= SMALLEST ? inARow : 0;
        sendHeld();
        return true;
      }
      return from.isReset();
    } catch (IOException noPipe) {
      inARow = 0; // a buffer does as well
      return false;
    }
  }

  private void sendHeld() {
    if (pipe != null && pipe.content() > 0) {
      moved += to.send(pipe);
      if (pipe.content() == 0 && !isBulk()) {
        closePipe();
      }
      return;
    }
    int before = held.readableBytes();
    to.send(held);
    moved += before - held.readableBytes();
    if (!held.isReadable()) {
      releaseBuffer();
    }
  }

  /** Gives up what is held. */
  void release() {
    releaseBuffer();
    closePipe();
  }

  private void closePipe() {
    if (pipe != null) {
      pipe.close();
      pipe = null;
    }
  }

  private void releaseBuffer() {
    held.release();
    held = Unpooled.EMPTY_BUFFER;
  }
}
