package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;

/** Several parts of a file, as {@code multipart/byteranges} (RFC 9110, section 14.6). */
final class MultipartSource implements BodySource {
  private final OpenFile file;
  private final String boundary;
  private final Queue<Object> left = new ArrayDeque<>();
  private long length;

  /** Takes over the caller's reference to the file. */
  MultipartSource(OpenFile file, String type, List<ByteRange> ranges) {
    this.file = file;
    this.boundary = Long.toHexString(ThreadLocalRandom.current().nextLong()) + "fdgate";
    for (ByteRange range : ranges) {
      text(
          "\r\n--"
              + boundary
              + "\r\nContent-Type: "
              + type
              + "\r\nContent-Range: "
              + range.of(file.size())
              + "\r\n\r\n");
      left.add(range);
      length += range.length();
    }
    text("\r\n--" + boundary + "--\r\n");
  }

  private void text(String text) {
    left.add(text);
    length += text.length();
  }

  String type() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  long length() {
    return length;
  }

  @Override
  public boolean hasNext() {
    return !left.isEmpty();
  }

  @Override
  public Object next() {
    Object next = left.remove();
    return next instanceof ByteRange range ? new FilePart(file, range) : text(next);
  }

  private static ByteBuf text(Object text) {
    return Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    file.release();
  }
}
