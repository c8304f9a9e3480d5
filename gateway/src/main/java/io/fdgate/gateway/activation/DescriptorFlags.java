package io.fdgate.gateway.activation;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The flags of a descriptor as /proc shows them (proc_pid_fdinfo(5)).
 *
 * @param nonBlocking O_NONBLOCK, of the open file description that systemd and we share
 * @param closeOnExec FD_CLOEXEC, of our descriptor alone
 */
public record DescriptorFlags(boolean nonBlocking, boolean closeOnExec) {
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;

  /** The flags of one of our descriptors; both off where /proc does not tell. */
  public static DescriptorFlags of(int fd) {
    try (FileInputStream info = new FileInputStream("/proc/self/fdinfo/" + fd)) {
      String text = new String(info.readAllBytes(), StandardCharsets.US_ASCII);
      int from = text.indexOf("flags:\t") + "flags:\t".length();
      int flags = Integer.parseInt(text, from, text.indexOf('\n', from), 8);
      return new DescriptorFlags((flags & O_NONBLOCK) != 0, (flags & O_CLOEXEC) != 0);
    } catch (IOException | RuntimeException hidden) {
      return new DescriptorFlags(false, false);
    }
  }
}
