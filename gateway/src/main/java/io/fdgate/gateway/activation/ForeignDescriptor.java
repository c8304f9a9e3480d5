package io.fdgate.gateway.activation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Says what a descriptor is that is not a socket, and which directive of systemd.socket(5) makes
 * it.
 */
final class ForeignDescriptor {
  private static final int TYPE_MASK = 0170000;
  private static final int FIFO = 0010000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int REGULAR_FILE = 0100000;
  private static final int DIRECTORY = 0040000;

  private static final String CLOSED =
      "found nothing open at this number; expected a socket: whatever set LISTEN_FDS must pass as"
          + " many descriptors, from 3 on, without gaps";

  private ForeignDescriptor() {}

  static String describe(int fd) {
    Path link = Path.of("/proc/self/fd/" + fd);
    try {
      String target = Files.readSymbolicLink(link).toString();
      if (isTheJvms(target)) {
        return CLOSED;
      }
      int mode = (Integer) Files.getAttribute(link, "unix:mode");
      return "found "
          + switch (mode & TYPE_MASK) {
            case FIFO -> "a FIFO (" + target + "); ListenFIFO= made it";
            case CHARACTER_DEVICE -> "a device (" + target + "); ListenSpecial= made it";
            case REGULAR_FILE ->
                "a file (" + target + "); ListenSpecial=, ListenMessageQueue= or OpenFile= made it";
            case DIRECTORY -> "a directory (" + target + "); OpenFile= made it";
            default -> target + ", not a socket";
          }
          + "; expected a stream or datagram socket: use ListenStream= or ListenDatagram=";
    } catch (NoSuchFileException closed) {
      return CLOSED;
    } catch (IOException unreadable) {
      return "found no socket (" + unreadable + "); expected a stream or datagram socket";
    }
  }

  /** A number that was closed at exec(2) is taken by the first file that the JVM opens. */
  private static boolean isTheJvms(String target) {
    return target.startsWith(System.getProperty("java.home", "") + "/")
        || (":" + System.getProperty("java.class.path") + ":").contains(":" + target + ":");
  }
}
