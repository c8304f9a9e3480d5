package com.example.quote;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The quote of the day (RFC 865): one for each connection and each datagram, in turn. */
public final class QuoteProtocol implements StreamProtocol, DatagramProtocol {
  private static final int LONGEST = 512;

  private static final Setting<List<String>> QUOTES =
      Setting.texts(
          "quotes",
          List.of("Simple beats clever."),
          "What is said, in turn; each up to 511 bytes.");

  /** For ServiceLoader. It must not do anything: it runs at every start of fdgate. */
  public QuoteProtocol() {}

  @Override
  public String name() {
    return "quote";
  }

  @Override
  public String summary() {
    return "says a quote to each connection and each datagram";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(QUOTES);
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) throws SettingException {
    Quotes quotes = quotes(socket);
    return connection -> connection.pipeline().addLast("quote", new QuoteHandler(quotes));
  }

  @Override
  public DatagramHandler datagrams(SocketContext socket) throws SettingException {
    Quotes quotes = quotes(socket);
    return (_, peer) -> peer.reply(quotes.next());
  }

  private static Quotes quotes(SocketContext socket) throws SettingException {
    List<ByteBuf> texts =
        socket.settings().get(QUOTES).stream()
            .map(text -> (text + "\n").getBytes(StandardCharsets.UTF_8))
            .map(bytes -> Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes)))
            .toList();
    if (texts.isEmpty() || texts.stream().anyMatch(text -> text.readableBytes() > LONGEST)) {
      // fdgate puts the key, the file and the line before it, and serves nothing.
      throw new SettingException(
          QUOTES.key(), "does not fit (expected: at least one text, each up to 511 bytes)");
    }
    return new Quotes(texts, new AtomicInteger());
  }

  /** The quotes of one socket; used on every event loop. */
  record Quotes(List<ByteBuf> texts, AtomicInteger turn) {
    ByteBuf next() {
      return texts.get(Math.floorMod(turn.getAndIncrement(), texts.size())).duplicate();
    }
  }
}
