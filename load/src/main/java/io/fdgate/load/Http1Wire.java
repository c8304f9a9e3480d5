package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1: the same request again and again, pipelined as deep as was asked for. */
final class Http1Wire extends Wire {
  private final ByteBuf head;
  private final int size;
  private final BodyCheck.Progress body;
  private @Nullable HttpResponse response;

  Http1Wire(Lane lane) {
    super(lane);
    head = lane.worker().requestHead();
    size = lane.worker().plan().shape().size();
    body = lane.worker().bodies().new Progress();
  }

  /** The head of every request. */
  static byte[] head(Target.Http http, int size) {
    String text =
        (size > 0 ? "POST " : "GET ")
            + http.path()
            + " HTTP/1.1\r\nhost: "
            + http.authority()
            + "\r\nuser-agent: fdgate-load\r\naccept: */*\r\n"
            + (size > 0 ? "content-length: " + size + "\r\n" : "")
            + "\r\n";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  void send(long first, int count) {
    ChannelHandlerContext context = context();
    Pattern pattern = lane().worker().pattern();
    for (int i = 0; i < count; i++) {
      context.write(head.retainedDuplicate(), context.voidPromise());
      for (int at = 0; at < size; at += pattern.longest()) {
        int length = Math.min(size - at, pattern.longest());
        context.write(pattern.stretch(at % Pattern.PERIOD, length), context.voidPromise());
      }
    }
    context.flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      long now = System.nanoTime();
      if (message instanceof HttpResponse start) {
        lane().worker().received(0, now);
        if (start.decoderResult().isFailure()) {
          wrong("expected HTTP/1.1, got " + start.decoderResult().cause().getMessage());
          return;
        }
        response = start;
      }
      if (message instanceof HttpContent content) {
        content(content, now);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void content(HttpContent content, long now) {
    HttpResponse head = response;
    if (head == null || head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return;
    }
    lane().worker().received(content.content().readableBytes(), now);
    boolean good = head.status().codeClass() == HttpStatusClass.SUCCESS;
    String fault = good ? body.next(content.content()) : null;
    if (fault == null && content instanceof LastHttpContent) {
      response = null;
      if (!HttpUtil.isKeepAlive(head)) {
        orderly();
      }
      if (lane().inFlight() == 0) {
        fault = "an answer came that nothing had asked for";
      } else if (good) {
        fault = body.end();
        lane().answered(lane().oldest(), now);
      } else {
        lane().failed(lane().oldest(), Problem.STATUS, "status " + head.status());
      }
    }
    if (fault != null) {
      wrong(fault);
    }
  }
}
