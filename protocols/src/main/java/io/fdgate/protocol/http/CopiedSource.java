package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A source whose files are read into buffers, for HTTP/2, whose frames sendfile(2) cannot write.
 * {@link #next} throws UncheckedIOException when a file has become shorter than was announced.
 */
final class CopiedSource implements BodySource {
  private static final int PART = 32 * 1024;

  private final BodySource source;
  private final ByteBufAllocator allocator;
  private @Nullable FilePart file;
  private long copied;

  CopiedSource(BodySource source, ByteBufAllocator allocator) {
    this.source = source;
    this.allocator = allocator;
  }

  @Override
  public boolean hasNext() {
    return file != null || source.hasNext();
  }

  @Override
  public Object next() {
    FilePart part = file;
    if (part == null) {
      Object next = source.next();
      if (!(next instanceof FilePart begun)) {
        return next;
      }
      part = begun;
      file = begun;
      copied = 0;
    }
    ByteBuf bytes = read(part);
    copied += bytes.readableBytes();
    if (copied == part.count()) {
      release();
    }
    return bytes;
  }

  private ByteBuf read(FilePart part) {
    int length = (int) Math.min(PART, part.count() - copied);
    ByteBuf bytes = allocator.directBuffer(length);
    try {
      if (bytes.writeBytes(part.channel(), part.position() + copied, length) > 0) {
        return bytes;
      }
      throw new EOFException("a file has become shorter");
    } catch (IOException broken) {
      bytes.release();
      throw new UncheckedIOException(broken);
    }
  }

  private void release() {
    FilePart part = file;
    file = null;
    if (part != null) {
      part.release();
    }
  }

  @Override
  public void close() {
    release();
    source.close();
  }
}
