package io.fdgate.protocol.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
    // As a read does it: several buffers, then one flush.
    channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(new byte[3_000]));
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(new byte[3_000]));
    assertThat(channel.config().isAutoRead()).isFalse();
    channel.pipeline().fireChannelReadComplete();
    assertThat(channel.config().isAutoRead()).isTrue();
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
}
