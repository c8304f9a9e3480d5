package io.fdgate.protocol.forward;

import io.fdgate.libc.Libc;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pipe through which bytes go from one socket to another without a copy (splice(2)). It holds up
 * to 512 KiB, or what the kernel gives. Used on one event loop.
 */
final class Pipe {
  private static final Logger logger = LoggerFactory.getLogger(Pipe.class);
  private static final int MUCH = 1 << 20;

  /**
   * What a pipe is to hold: with less both ends are woken more often, with more they wait longer
   * for each other.
   */
  private static final int BYTES = 512 * 1024;

  /** With less a buffer is faster. */
  private static final int LEAST_BYTES = 64 * 1024;

  private final FileDescriptor out;
  private final FileDescriptor in;
  private int content;

  private Pipe(FileDescriptor out, FileDescriptor in) {
    this.out = out;
    this.in = in;
  }

  /**
   * Opens a pipe.
   *
   * @throws IOException when there is no descriptor left, or no memory for pipes
   */
  static Pipe open() throws IOException {
    FileDescriptor[] ends = FileDescriptor.pipe();
    Pipe pipe = new Pipe(ends[0], ends[1]);
    try {
      enlarge(ends[1]);
    } catch (IOException refused) {
      pipe.close();
      throw refused;
    }
    return pipe;
  }

  /**
   * Enlarges a pipe as far as the kernel lets us.
   *
   * @throws IOException when the user has so many pages in pipes already that this one got next to
   *     none (pipe(7))
   */
  private static void enlarge(FileDescriptor end) throws IOException {
    if (Libc.setPipeSize(end.intValue(), BYTES) < 0
        && Libc.setPipeSize(end.intValue(), LEAST_BYTES) < 0) {
      throw new IOException("no pages are left for a pipe");
    }
  }

  int content() {
    return content;
  }

  /** Fills the empty pipe; returns how much, 0 for nothing now and for the end alike. */
  int fill(LinuxSocket from) throws IOException {
    content = Native.splice(from.intValue(), -1, in.intValue(), -1, MUCH);
    return content;
  }

  /** Sends what the socket takes; returns how much. */
  int drain(LinuxSocket to) throws IOException {
    int sent = Native.splice(out.intValue(), -1, to.intValue(), -1, content);
    content -= sent;
    return sent;
  }

  void close() {
    try {
      out.close();
      in.close();
    } catch (IOException refused) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "close of a pipe", refused);
    }
  }
}
