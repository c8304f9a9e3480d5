package io.fdgate.protocol.line;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** An embedded channel whose sides close one by one, and whose peer may stop reading. */
final class DuplexTestChannel extends EmbeddedChannel implements DuplexChannel {
  private boolean outputShutdown;
  private boolean peerReads = true;
  private boolean peerReadsOne;

  DuplexTestChannel(ChannelHandler handler) {
    super(handler);
    freezeTime();
  }

  /** Sends bytes as the peer, as one buffer. */
  void send(byte[] bytes) {
    writeInbound(alloc().buffer().writeBytes(bytes));
  }

  void send(String text) {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Ends the peer's side. */
  void halfClose() {
    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    runPendingTasks();
  }

  void peerStopsReading() {
    peerReads = false;
  }

  /** The peer takes one buffer of what is written, then stops again. */
  void peerReadsABuffer() {
    peerReadsOne = true;
    flushOutbound();
    runPendingTasks();
  }

  void peerReadsOn() {
    peerReads = true;
    flushOutbound();
    runPendingTasks();
  }

  /** Everything that was written since the last call. */
  byte[] receivedBytes() {
    ByteBuf all = alloc().buffer();
    try {
      for (ByteBuf each = readOutbound(); each != null; each = readOutbound()) {
        all.writeBytes(each);
        ReferenceCountUtil.release(each);
      }
      byte[] bytes = new byte[all.readableBytes()];
      all.readBytes(bytes);
      return bytes;
    } finally {
      all.release();
    }
  }

  String received() {
    return new String(receivedBytes(), StandardCharsets.UTF_8);
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer buffer) throws Exception {
    if (peerReads) {
      super.doWrite(buffer);
    } else if (peerReadsOne) {
      peerReadsOne = false;
      outboundMessages().add(ReferenceCountUtil.retain(buffer.current()));
      buffer.remove();
    }
  }

  @Override
  public boolean isInputShutdown() {
    return false;
  }

  @Override
  public ChannelFuture shutdownInput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    outputShutdown = true;
    return promise.setSuccess();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public ChannelFuture shutdown() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }
}
