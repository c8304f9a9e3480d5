package io.fdgate.protocol.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetSocketAddress;
import java.util.List;
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

  /** What is a thread's stays: a buffer of each socket would stay behind with each reload. */
  @Test
  void everySocketHasTheSameOfAThread() {
    assertThat(ofConnectionTo("a")).isInstanceOf(HotBuffer.class).isSameAs(ofConnectionTo("b"));
  }

  private static Object ofConnectionTo(String socket) {
    EmbeddedChannel connection = new EmbeddedChannel();
    new EchoProtocol()
        .connections(
            new SocketContext(
                socket,
                new Endpoint.Inet(new InetSocketAddress("127.0.0.1", 7)),
                Settings.DEFAULTS,
                new Counters(),
                List::of))
        .initialize(connection);
    connection.close();
    return connection.config().getRecvByteBufAllocator();
  }

  private static ByteBuf take(RecvByteBufAllocator.Handle handle) {
    return handle.allocate(UnpooledByteBufAllocator.DEFAULT);
  }
}
