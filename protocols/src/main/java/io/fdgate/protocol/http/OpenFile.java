package io.fdgate.protocol.http;

import io.fdgate.protocol.LogEvent;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Date;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A regular file, open until the last part of it has been sent. */
final class OpenFile extends AbstractReferenceCounted {
  private static final Logger logger = LoggerFactory.getLogger(OpenFile.class);

  private final FileChannel channel;
  private final long size;
  private final long modifiedMillis;
  private final String tag;

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
