package io.fdgate.gateway.activation;

/**
 * A descriptor that the service manager handed down, not looked at yet.
 *
 * @param fd its number, 3 or above
 * @param name its entry of LISTEN_FDNAMES, possibly empty, or {@code unknown}
 */
public record InheritedFd(int fd, String name) {
  @Override
  public String toString() {
    return "fd " + fd + " (name \"" + name + "\")";
  }
}
