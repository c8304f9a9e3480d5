package io.fdgate.gateway.systemd;

import io.fdgate.libc.Libc;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The descriptors that the service manager holds for this service and hands to the next process
 * (FDSTORE=1 of sd_notify(3)). Thread-safe.
 */
public final class DescriptorStore {
  private static final long LOOK_MILLIS = 2;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final byte[] address;
  private final Socket socket = Socket.newSocketDomainDgram();

  /**
   * A store that is reached by a socket.
   *
   * @param address of NOTIFY_SOCKET, as {@code sun_path}
   */
  DescriptorStore(byte[] address) {
    this.address = address.clone();
  }

  /**
   * Has a copy of a descriptor held under a name. Does not wait.
   *
   * @return false if the manager is busy, and is to be asked again later
   */
  public boolean add(String name, int fd) throws IOException {
    return send("FDSTORE=1\nFDNAME=" + name, fd);
  }

  /**
   * Has what is held under a name closed. Does not wait.
   *
   * @return false if the manager is busy, and is to be asked again later
   */
  public boolean remove(String name) throws IOException {
    byte[] message = ("FDSTOREREMOVE=1\nFDNAME=" + name).getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(message.length).put(message).flip();
    return socket.sendToDomainSocket(buffer, 0, message.length, address) == message.length;
  }

  /**
   * Tries whether anything is held at all (FileDescriptorStoreMax=), which no manager says before
   * systemd 254. Waits for the manager; at most for some seconds.
   *
   * @param name for what is tried with
   */
  public boolean holds(String name) throws IOException, InterruptedException {
    FileDescriptor[] probe = FileDescriptor.pipe();
    FileDescriptor[] barrier = FileDescriptor.pipe();
    try {
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      await(deadline, () -> add(name, probe[1].intValue()));
      await(deadline, () -> send("BARRIER=1", barrier[1].intValue()));
      probe[1].close();
      barrier[1].close();
      // The manager closes its copy when it has seen to all that was sent before.
      boolean answered = await(deadline, () -> isClosed(barrier[0]));
      boolean held = answered && !isClosed(probe[0]);
      await(deadline, () -> remove(name));
      return held;
    } finally {
      for (FileDescriptor each :
          new FileDescriptor[] {probe[0], probe[1], barrier[0], barrier[1]}) {
        if (each.isOpen()) {
          each.close();
        }
      }
    }
  }

  private boolean send(String text, int fd) throws IOException {
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    int result = Libc.sendDescriptor(socket.intValue(), address, message, fd);
    if (result == -Libc.EAGAIN || result == -Libc.ETOOMANYREFS || result == -Libc.EINTR) {
      return false;
    } else if (result < 0) {
      throw new IOException("sendmsg: errno " + -result);
    }
    return true;
  }

  /** Whether nobody has the writing end of a pipe open. */
  private static boolean isClosed(FileDescriptor reading) throws IOException {
    return reading.read(ByteBuffer.allocateDirect(1), 0, 1) < 0;
  }

  private static boolean await(long deadline, Condition condition)
      throws IOException, InterruptedException {
    while (!condition.holds()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    return true;
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }
}
