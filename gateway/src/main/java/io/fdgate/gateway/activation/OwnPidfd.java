package io.fdgate.gateway.activation;

import io.fdgate.gateway.libc.Libc;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The inode of our own pidfd: a number for this process that is never used again (pidfd_open(2)).
 */
public final class OwnPidfd {
  private static final String PIDFS = "pidfd:[";

  private OwnPidfd() {}

  /** The inode, or nothing on a kernel without pidfs (before 6.9), where it would not be unique. */
  public static OptionalLong inode() {
    int fd = Libc.openOwnPidfd();
    if (fd < 0) {
      return OptionalLong.empty();
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      return target.startsWith(PIDFS)
          ? OptionalLong.of(Long.parseUnsignedLong(target, PIDFS.length(), target.length() - 1, 10))
          : OptionalLong.empty();
    } catch (IOException hidden) {
      return OptionalLong.empty();
    } finally {
      close(fd);
    }
  }

  private static void close(int fd) {
    try {
      new FileDescriptor(fd).close();
    } catch (IOException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }
}
