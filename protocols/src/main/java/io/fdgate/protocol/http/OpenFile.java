package io.fdgate.protocol.http;

import io.fdgate.protocol.LogEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A regular file, open until the last part of it has been sent. */
final class OpenFile extends AbstractReferenceCounted {
  private static final Logger logger = LoggerFactory.getLogger(OpenFile.class);

  /** Up to here a file is read at once, and sent with its head in one go. */
  private static final int SMALL = 16 * 1024;

  private final FileChannel channel;
  private final long size;
  private final long modifiedMillis;
  private final String tag;
  private final String lastModified;
  private final byte @Nullable [] content;

  OpenFile(FileChannel channel, BasicFileAttributes attributes) throws IOException {
    this.channel = channel;
    this.size = channel.size();
    this.modifiedMillis = attributes.lastModifiedTime().toMillis() / 1000 * 1000;
    // Strong as far as the file system's clock can tell (RFC 9110, section 8.8.1).
    this.tag =
        "\""
            + Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
            + "-"
            + Long.toHexString(size)
            + "-"
            + Integer.toHexString(Objects.hashCode(attributes.fileKey()))
            + "\"";
    this.lastModified = HttpClock.format(Math.floorDiv(modifiedMillis, 1000));
    this.content = size <= SMALL ? read(channel, (int) size) : null;
  }

  private static byte @Nullable [] read(FileChannel channel, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, bytes.position()) < 0) {
        return null; // it has become shorter: sending it finds that, too
      }
    }
    return bytes.array();
  }

  /** A part of a small file; nothing for one that has to be sent from where it lies. */
  Optional<ByteBuf> content(ByteRange range) {
    return content == null
        ? Optional.empty()
        : Optional.of(Unpooled.wrappedBuffer(content, (int) range.first(), (int) range.length()));
  }

  FileChannel channel() {
    return channel;
  }

  long size() {
    return size;
  }

  /** In whole seconds, as the protocol has it. */
  Date modified() {
    return new Date(modifiedMillis);
  }

  /** The same, as HTTP writes it. */
  String lastModified() {
    return lastModified;
  }

  /** The strong entity tag, with its quotes. */
  String tag() {
    return tag;
  }

  @Override
  public ReferenceCounted touch(Object hint) {
    return this;
  }

  @Override
  protected void deallocate() {
    try {
      channel.close();
    } catch (IOException refused) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "a file cannot be closed", refused);
    }
  }
}
