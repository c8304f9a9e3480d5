package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import org.jspecify.annotations.Nullable;

/** HTTP/2 by prior knowledge: a stream for each request, as many at a time as was asked for. */
final class Http2Wire extends Wire {
  private static final int WINDOW = 1 << 20;

  private final Http2ConnectionHandler codec;
  private final Http2Headers head;
  private final int size;
  private final IntObjectMap<Exchange> exchanges = new IntObjectHashMap<>();

  Http2Wire(Lane lane) {
    super(lane);
    codec = new CodecBuilder().build();
    Target.Http http = lane.worker().plan().http().orElseThrow();
    size = lane.worker().plan().shape().size();
    head =
        new DefaultHttp2Headers(false)
            .method(size > 0 ? "POST" : "GET")
            .scheme("http")
            .authority(http.authority())
            .path(http.path())
            .add("user-agent", "fdgate-load");
    if (size > 0) {
      head.addInt("content-length", size);
    }
  }

  /** What stands before it in the pipeline. */
  Http2ConnectionHandler codec() {
    return codec;
  }

  @Override
  void send(long first, int count) {
    ChannelHandlerContext context = context().pipeline().context(codec);
    for (long number = first; number < first + count; number++) {
      int stream = codec.connection().local().incrementAndGetNextStreamId();
      exchanges.put(stream, new Exchange(number));
      codec.encoder().writeHeaders(context, stream, head, 0, size == 0, context.newPromise());
      Pattern pattern = lane().worker().pattern();
      for (int at = 0; at < size; at += pattern.longest()) {
        int length = Math.min(size - at, pattern.longest());
        ByteBuf part = pattern.stretch(at % Pattern.PERIOD, length);
        codec
            .encoder()
            .writeData(context, stream, part, 0, at + length == size, context.newPromise());
      }
    }
    codec.flush(context);
  }

  /** One request and its answer. */
  private final class Exchange {
    private final long number;
    private final BodyCheck.Progress body = lane().worker().bodies().new Progress();
    private @Nullable String status;

    Exchange(long number) {
      this.number = number;
    }

    boolean isGood() {
      return status != null && status.startsWith("2");
    }
  }

  /** What the target sends; settings, pings and windows are the codec's. */
  private final class Answers extends Http2EventAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int stream,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean endOfStream) {
      onHeadersRead(context, stream, headers, padding, endOfStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext context,
        int stream,
        Http2Headers headers,
        int padding,
        boolean endOfStream) {
      long now = System.nanoTime();
      lane().worker().received(0, now);
      Exchange exchange = exchanges.get(stream);
      CharSequence status = headers.status();
      if (exchange != null && status != null && status.charAt(0) != '1') {
        exchange.status = status.toString();
      }
      if (endOfStream) {
        end(stream, now);
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean endOfStream) {
      int length = data.readableBytes();
      long now = System.nanoTime();
      lane().worker().received(length, now);
      Exchange exchange = exchanges.get(stream);
      String fault = exchange != null && exchange.isGood() ? exchange.body.next(data) : null;
      if (fault != null) {
        wrong(fault);
      } else if (endOfStream) {
        end(stream, now);
      }
      return length + padding;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int stream, long error) {
      Exchange exchange = exchanges.remove(stream);
      if (exchange != null) {
        lane().failed(exchange.number, Problem.RESET, "stream reset with error " + error);
      }
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext context, int lastStream, long error, ByteBuf debug) {
      if (error == Http2Error.NO_ERROR.code()) {
        orderly();
      }
    }

    private void end(int stream, long now) {
      Exchange exchange = exchanges.remove(stream);
      if (exchange == null) {
        return;
      }
      if (!exchange.isGood()) {
        lane().failed(exchange.number, Problem.STATUS, "status " + exchange.status);
        return;
      }
      String fault = exchange.body.end();
      if (fault != null) {
        wrong(fault);
      } else {
        lane().answered(exchange.number, now);
      }
    }
  }

  /** Netty's codec, of which a fault of the target is told. */
  private final class Codec extends Http2ConnectionHandler {
    Codec(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }

    @Override
    protected void onConnectionError(
        ChannelHandlerContext context,
        boolean outbound,
        Throwable cause,
        @Nullable Http2Exception fault) {
      if (lane().worker().isRunning()) {
        wrong("expected HTTP/2, but " + Pattern.printable(String.valueOf(cause.getMessage())));
      }
      super.onConnectionError(context, outbound, cause, fault);
    }
  }

  private final class CodecBuilder
      extends AbstractHttp2ConnectionHandlerBuilder<Codec, CodecBuilder> {
    @Override
    protected Codec build() {
      server(false);
      encoderEnforceMaxConcurrentStreams(true);
      initialSettings(new Http2Settings().pushEnabled(false).initialWindowSize(WINDOW));
      frameListener(new Answers());
      return super.build();
    }

    @Override
    protected Codec build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new Codec(decoder, encoder, settings);
    }
  }
}
