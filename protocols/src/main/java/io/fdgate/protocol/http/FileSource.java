package io.fdgate.protocol.http;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** One part of a file. */
final class FileSource implements BodySource {
  private final OpenFile file;
  private final Queue<ByteRange> left;

  /** Takes over the caller's reference to the file. */
  FileSource(OpenFile file, ByteRange range) {
    this.file = file;
    this.left = new ArrayDeque<>(range.length() > 0 ? List.of(range) : List.of());
  }

  @Override
  public boolean hasNext() {
    return !left.isEmpty();
  }

  @Override
  public FilePart next() {
    return new FilePart(file, left.remove());
  }

  @Override
  public void close() {
    file.release();
  }
}
