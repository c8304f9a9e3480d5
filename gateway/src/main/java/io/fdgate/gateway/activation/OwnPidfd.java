package io.fdgate.gateway.activation;

import io.fdgate.gateway.libc.Libc;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The inode of our own pidfd: a number for this process that is never used again (pidfd_open(2)).
 *
 * <p>That call needs the foreign function interface, before the first answer. A listening Unix
 * socket gives a pidfd too, of the process that called listen(2) (SO_PEERPIDFD, socket(7)): the
 * call is for where there is none.
 */
public final class OwnPidfd {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERPIDFD = 77;

  private OwnPidfd() {}

  /**
   * The inode, or nothing on a kernel without pidfs (before 6.9). There all pidfds share one inode,
   * that of epoll and other descriptors without a file system of their own.
   */
  public static OptionalLong inode() {
    try {
      int number = open();
      return number < 0 ? OptionalLong.empty() : inode(new FileDescriptor(number));
    } catch (IOException hidden) {
      return OptionalLong.empty();
    }
  }

  private static int open() {
    try {
      return openThroughUnixSocket();
    } catch (IOException | RuntimeException denied) { // or a kernel before 6.5
      return Libc.openOwnPidfd();
    }
  }

  private static int openThroughUnixSocket() throws IOException {
    Socket listener = Socket.newSocketDomain();
    try {
      listener.bind(new DomainSocketAddress("\0fdgate-" + System.nanoTime()));
      listener.listen(1);
      return listener.getIntOpt(SOL_SOCKET, SO_PEERPIDFD);
    } finally {
      listener.close();
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
