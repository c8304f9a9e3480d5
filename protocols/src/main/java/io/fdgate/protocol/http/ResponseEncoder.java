package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.EncoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;

/**
 * Netty's response encoder, told whether the request was HEAD, so that no body is sent. A buffer is
 * an answer that is encoded.
 */
final class ResponseEncoder extends HttpResponseEncoder {
  private static final int CRLF = '\r' << 8 | '\n';

  private boolean head;

  /** Says what kind of request the next answer is for. */
  void answering(boolean head) {
    this.head = head;
  }

  /** Encodes head and body of an answer that tells its length; the caller's to release. */
  ByteBuf encode(FullHttpResponse answer) {
    ByteBuf bytes = Unpooled.directBuffer();
    try {
      encodeInitialLine(bytes, answer);
      encodeHeaders(answer.headers(), bytes);
    } catch (Exception impossible) {
      bytes.release();
      throw new EncoderException(impossible);
    }
    return ByteBufUtil.writeShortBE(bytes, CRLF).writeBytes(answer.content());
  }

  @Override
  public boolean acceptOutboundMessage(Object message) throws Exception {
    return !(message instanceof ByteBuf) && super.acceptOutboundMessage(message);
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return (head && response.status().codeClass() != HttpStatusClass.INFORMATIONAL)
        || super.isContentAlwaysEmpty(response);
  }
}
