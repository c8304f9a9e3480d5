package io.fdgate.gateway.activation;

import io.fdgate.libc.Libc;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The inode of our own pidfd: a number for this process that is never used again (pidfd_open(2)).
 */
public final class OwnPidfd {
  private OwnPidfd() {}

  /**
   * The inode, or nothing on a kernel without pidfs (before 6.9). There all pidfds share one inode,
   * that of epoll and other descriptors without a file system of their own.
   */
  public static OptionalLong inode() {
    int number = Libc.openOwnPidfd();
    try {
      return number < 0 ? OptionalLong.empty() : inode(new FileDescriptor(number));
    } catch (IOException hidden) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong inode(FileDescriptor pidfd) throws IOException {
    FileDescriptor shared = Native.newEpollCreate();
    try {
      return attribute(pidfd, "dev") == attribute(shared, "dev")
          ? OptionalLong.empty()
          : OptionalLong.of(attribute(pidfd, "ino"));
    } finally {
      pidfd.close();
      shared.close();
    }
  }

  private static long attribute(FileDescriptor fd, String name) throws IOException {
    return (long) Files.getAttribute(Path.of("/proc/self/fd/" + fd.intValue()), "unix:" + name);
  }
}
