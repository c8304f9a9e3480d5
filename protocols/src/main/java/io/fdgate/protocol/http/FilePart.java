package io.fdgate.protocol.http;

import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;

/** A part of a file, which the kernel copies to the socket (sendfile(2)). */
final class FilePart extends DefaultFileRegion {
  private final OpenFile file;

  FilePart(OpenFile file, ByteRange range) {
    super(file.channel(), range.first(), range.length());
    this.file = file;
    file.retain();
  }

  FileChannel channel() {
    return file.channel();
  }

  /** Without closing the file, of which other parts may be sent. */
  @Override
  protected void deallocate() {
    file.release();
  }
}
