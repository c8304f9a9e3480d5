package io.fdgate.protocol.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HotBufferTest {
  private final HotBuffer hot = new HotBuffer();
  private final RecvByteBufAllocator.Handle one = hot.newHandle();
  private final RecvByteBufAllocator.Handle other = hot.newHandle();

  @AfterEach
  void endThread() {
    FastThreadLocal.removeAll();
  }

  @Test
  void connectionsOfAThreadShareABufferThatIsLetGo() {
    ByteBuf first = take(one);
    first.writeByte(1).release();
    ByteBuf second = take(other);
    assertThat(second).isSameAs(first);
    assertThat(second.isReadable()).isFalse();
    second.release();
  }

  @Test
  void bufferThatIsKeptIsNotWrittenOver() {
    ByteBuf kept = take(one);
    kept.writeByte(1);
    ByteBuf next = take(one);
    assertThat(next).isNotSameAs(kept);
    assertThat(kept.readByte()).isEqualTo((byte) 1);
    kept.release();
    assertThat(kept.refCnt()).isZero();
    next.release();
  }

  @Test
  void endOfTheThreadFreesTheBuffer() {
    ByteBuf buffer = take(one);
    buffer.release();
    assertThat(buffer.refCnt()).isOne();
    FastThreadLocal.removeAll();
    assertThat(buffer.refCnt()).isZero();
  }

  private static ByteBuf take(RecvByteBufAllocator.Handle handle) {
    return handle.allocate(UnpooledByteBufAllocator.DEFAULT);
  }
}
