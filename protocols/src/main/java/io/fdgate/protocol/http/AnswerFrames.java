package io.fdgate.protocol.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of an answer's parts, as routes write them. One frame is held until the next one or
 * a flush, so that the last one can carry END_STREAM.
 */
final class AnswerFrames extends ChannelOutboundHandlerAdapter {
  /** What HTTP/2 has no fields for (RFC 9113, section 8.2.2). */
  private static final Set<AsciiString> CONNECTION_SPECIFIC =
      Set.of(
          HttpHeaderNames.CONNECTION,
          HttpHeaderNames.UPGRADE,
          HttpHeaderNames.TRANSFER_ENCODING,
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"));

  private @Nullable Http2StreamFrame held;
  private @Nullable ChannelPromise end;
  private boolean head;
  private boolean bodiless;

  /** Says what kind of request is answered. */
  void answering(boolean toHead) {
    head = toHead;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    // No switches over types here: they are linked when the first request of a start is waiting.
    if (message instanceof HttpResponse response) {
      write(ctx, response, promise);
    } else if (message instanceof HttpContent content) {
      write(ctx, content);
    } else {
      ctx.write(message, promise);
    }
  }

  private void write(ChannelHandlerContext ctx, HttpResponse response, ChannelPromise promise) {
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      ReferenceCountUtil.release(response);
      ctx.write(new DefaultHttp2HeadersFrame(fields(response)), promise);
      return;
    }
    bodiless = head || hasNoBody(response.status());
    hold(ctx, new DefaultHttp2HeadersFrame(fields(response)));
    if (response instanceof HttpContent content) {
      write(ctx, content);
    }
  }

  private void write(ChannelHandlerContext ctx, HttpContent content) {
    if (bodiless || !content.content().isReadable()) {
      content.release();
    } else {
      hold(ctx, new DefaultHttp2DataFrame(content.content()));
    }
    if (content instanceof LastHttpContent last) {
      end(ctx, last.trailingHeaders());
    }
  }

  private void end(ChannelHandlerContext ctx, HttpHeaders trailers) {
    Http2StreamFrame last = held;
    held = null;
    ChannelPromise promise = ctx.newPromise();
    end = promise;
    if (!trailers.isEmpty() && !bodiless) {
      if (last != null) {
        ctx.write(last, ctx.voidPromise());
      }
      last = new DefaultHttp2HeadersFrame(copy(new DefaultHttp2Headers(), trailers), true);
    }
    ctx.write(ending(last), promise);
  }

  /** The same frame, with the flag that it is the last; an empty one for none. */
  private static Http2StreamFrame ending(@Nullable Http2StreamFrame frame) {
    if (frame instanceof Http2HeadersFrame fields) {
      return new DefaultHttp2HeadersFrame(fields.headers(), true);
    }
    return frame instanceof Http2DataFrame data
        ? new DefaultHttp2DataFrame(data.content(), true)
        : new DefaultHttp2DataFrame(true);
  }

  /** Runs a task when the end of the answer, which was written, has been sent. */
  void whenSent(Runnable task) {
    ChannelPromise promise = end;
    if (promise != null) {
      promise.addListener(sent -> {
        if (sent.isSuccess()) {
          task.run();
        }
      });
    }
  }

  private void hold(ChannelHandlerContext ctx, Http2StreamFrame frame) {
    writeHeld(ctx);
    held = frame;
  }

  private void writeHeld(ChannelHandlerContext ctx) {
    Http2StreamFrame frame = held;
    held = null;
    if (frame != null) {
      ctx.write(frame, ctx.voidPromise());
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    writeHeld(ctx);
    ctx.flush();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ReferenceCountUtil.release(held);
    held = null;
  }

  private static Http2Headers fields(HttpResponse response) {
    Http2Headers fields = new DefaultHttp2Headers();
    fields.status(response.status().codeAsText());
    copy(fields, response.headers());
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL
        || response.status().code() == HttpResponseStatus.NO_CONTENT.code()) {
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    return fields;
  }

  private static Http2Headers copy(Http2Headers fields, HttpHeaders headers) {
    Iterator<Map.Entry<CharSequence, CharSequence>> each = headers.iteratorCharSequence();
    while (each.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = each.next();
      AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
      if (!CONNECTION_SPECIFIC.contains(name)) {
        fields.add(name, field.getValue());
      }
    }
    return fields;
  }

  private static boolean hasNoBody(HttpResponseStatus status) {
    return status.code() == HttpResponseStatus.NO_CONTENT.code()
        || status.code() == HttpResponseStatus.NOT_MODIFIED.code();
  }
}
