package io.fdgate.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class ByteCounterTest {
  private final Counters counters = new Counters();
  private final EmbeddedChannel channel = new EmbeddedChannel(new ByteCounter(counters));

  @Test
  void countsWhatPassesAndPassesItOn() {
    channel.writeInbound(bytes("four"));
    channel.writeOutbound(bytes("fifteen"), bytes("!"));
    ByteBuf in = channel.readInbound();
    assertThat(in.toString(US_ASCII)).isEqualTo("four");
    in.release();
    assertThat(counters.bytesReceived()).isEqualTo(4);
    assertThat(counters.bytesSent()).isEqualTo(8);
    assertThat(channel.finishAndReleaseAll()).isTrue();
  }

  @Test
  void takesTimesOnlyWhenObserved() {
    counters.requestTook(5);
    assertThat(counters.requestTimes()).isEmpty();
    counters.observe();
    counters.requestTook(5);
    assertThat(counters.requestTimes().orElseThrow().sumNanos()).isEqualTo(5);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }
}
