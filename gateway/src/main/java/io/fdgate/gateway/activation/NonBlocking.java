package io.fdgate.gateway.activation;

import io.fdgate.gateway.libc.Libc;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;

/**
 * Sets O_NONBLOCK on an inherited socket. Without it an event loop hangs in recvfrom(2), or in
 * accept(2) when another process takes the connection first; systemd passes blocking sockets unless
 * the unit says NonBlocking=, and Podman clears the flag.
 *
 * <p>Calling fcntl(2) needs the foreign function interface, whose first use costs more than
 * everything else on the start path. Netty sets the flag on a descriptor that it receives over a
 * Unix socket, and the flag lives on the open file description: so the descriptor is sent to
 * ourselves, and the copy closed.
 */
public final class NonBlocking {
  private NonBlocking() {}

  /**
   * Sets the flag.
   *
   * @param fd stays open and stays the caller's
   * @throws IOException when neither way works
   */
  public static void set(int fd) throws IOException {
    try {
      throughUnixSocket(fd);
    } catch (IOException | RuntimeException denied) {
      int result = Libc.setNonBlocking(fd);
      if (result < 0) {
        throw new IOException("fcntl(" + fd + ", F_SETFL, O_NONBLOCK): errno " + -result, denied);
      }
    }
  }

  private static void throughUnixSocket(int fd) throws IOException {
    Socket loop = Socket.newSocketDomainDgram();
    try {
      // A leading zero puts the name into the abstract namespace: nothing appears in a file system.
      // One that another process takes in the same nanosecond is refused, and fcntl(2) called.
      DomainSocketAddress self = new DomainSocketAddress("\0fdgate-" + System.nanoTime());
      loop.bind(self);
      loop.connect(self);
      if (loop.sendFd(fd) < 0) {
        throw new IOException("sendmsg would block");
      }
      int copy = loop.recvFd();
      if (copy <= 0) {
        throw new IOException("recvmsg would block");
      }
      new Socket(copy).close();
    } finally {
      loop.close();
    }
  }
}
