package io.fdgate.protocol.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EchoHandlerTest {
  private final Counters counters = new Counters();
  private final EmbeddedChannel channel = new EmbeddedChannel(new EchoHandler(counters));

  @AfterEach
  void releaseAll() {
    channel.finishAndReleaseAll();
  }

  @Test
  void writesTheVeryBufferThatItRead() {
    ByteBuf buffer = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
    channel.writeInbound(buffer);
    ByteBuf written = channel.readOutbound();
    assertThat(written).isSameAs(buffer);
    assertThat(written.refCnt()).isOne();
    written.release();
  }

  @Test
  void readsOnlyWhileThePeerTakes() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(2_000, 4_000));
    SlowPeer peer = new SlowPeer();
    channel.pipeline().addFirst(peer);
    channel.writeInbound(Unpooled.copiedBuffer(new byte[3_000]));
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.writeInbound(Unpooled.copiedBuffer(new byte[3_000]));
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.pipeline().remove(peer);
    channel.flush();
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void fewBytesThatWaitDoNotKeepTheirReadBuffer() {
    SlowPeer peer = new SlowPeer();
    channel.pipeline().addFirst(peer);
    ByteBuf first = Unpooled.directBuffer(64 * 1024).writeByte(1);
    ByteBuf second = Unpooled.directBuffer(64 * 1024).writeByte(2);
    channel.writeInbound(first, second);
    assertThat(first.refCnt()).isOne();
    assertThat(second.refCnt()).isZero();
    channel.pipeline().remove(peer);
    channel.flush();
    ByteBuf written =
        Unpooled.wrappedBuffer(channel.<ByteBuf>readOutbound(), channel.readOutbound());
    assertThat(written).isEqualTo(Unpooled.wrappedBuffer(new byte[] {1, 2}));
    written.release();
  }

  @Test
  void halfCloseIsAnsweredByTheEnd() {
    channel.writeInbound(Unpooled.copiedBuffer(new byte[] {1}));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(channel.isOpen()).isFalse();
    ByteBuf written = channel.readOutbound();
    assertThat(written.readableBytes()).isOne();
    written.release();
  }

  @Test
  void brokenConnectionIsCountedAndClosed() {
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(counters.peerFaults()).isOne();
  }

  @Test
  void whatThePeerNoLongerTakesIsNoFurtherFault() {
    channel.pipeline().addFirst(new SlowPeer());
    channel.writeInbound(
        Unpooled.copiedBuffer(new byte[] {1}), Unpooled.copiedBuffer(new byte[] {2}));
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(counters.peerFaults()).isOne();
  }

  /** What is written to it waits. */
  private static final class SlowPeer extends ChannelOutboundHandlerAdapter {
    @Override
    public void flush(ChannelHandlerContext ctx) {}
  }
}
