package com.example.quote;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class QuoteHandlerTest {
  private final QuoteProtocol.Quotes quotes =
      new QuoteProtocol.Quotes(List.of(text("one\n"), text("two\n")), new AtomicInteger());

  private static ByteBuf text(String text) {
    return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, UTF_8));
  }

  @Test
  void eachConnectionGetsTheNextQuoteAndIsClosed() {
    for (String expected : List.of("one\n", "two\n", "one\n")) {
      EmbeddedChannel connection = new EmbeddedChannel(new QuoteHandler(quotes));
      ByteBuf said = connection.readOutbound();
      assertEquals(expected, said.toString(UTF_8));
      assertFalse(connection.isOpen());
    }
  }
}
