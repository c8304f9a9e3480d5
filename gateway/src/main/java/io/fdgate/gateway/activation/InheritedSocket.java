package io.fdgate.gateway.activation;

import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.LogFields;
import java.util.function.BiConsumer;

/**
 * An inherited socket that can be served, as the kernel describes it.
 *
 * @param fd its number
 * @param name its name as inherited
 * @param family its address family
 * @param role what is to be done with it
 * @param address where it is bound
 * @param ipv6Only whether an IPv6 socket takes no IPv4 peers (BindIPv6Only=)
 * @param nonBlocking whether it had O_NONBLOCK when it was handed down
 */
public record InheritedSocket(
    int fd,
    String name,
    Family family,
    Role role,
    Endpoint address,
    boolean ipv6Only,
    boolean nonBlocking)
    implements LogFields {

  /** The address families that can be served. */
  public enum Family {
    /** AF_INET. */
    IPV4,
    /** AF_INET6. */
    IPV6,
    /** AF_UNIX. */
    UNIX,
    /** AF_VSOCK. */
    VSOCK
  }

  /** What kind of work a socket gives. */
  public enum Role {
    /** A listening stream socket (ListenStream=, Accept=no). */
    LISTENER,
    /** A connected stream socket (Accept=yes). */
    CONNECTION,
    /** A stream socket that systemd accepted and whose peer was gone before we looked. */
    GONE,
    /** A datagram socket (ListenDatagram=). */
    DATAGRAM
  }

  /** Whether it is an established connection of the process before ({@link KeptName}). */
  public boolean isKept() {
    return name.startsWith(KeptName.PREFIX);
  }

  /** Whether it is served by the stream side of a protocol. */
  public boolean isStream() {
    return role != Role.DATAGRAM;
  }

  /**
   * The transport in one word: {@code tcp}, {@code udp}, {@code unix}, {@code unix-datagram}, ...
   */
  public String kind() {
    return switch (family) {
      case IPV4, IPV6 -> isStream() ? "tcp" : "udp";
      case UNIX -> isStream() ? "unix" : "unix-datagram";
      case VSOCK -> "vsock";
    };
  }

  @Override
  public void logFields(BiConsumer<String, String> fields) {
    fields.accept("socket", name);
    fields.accept("fd", Integer.toString(fd));
    fields.accept("kind", kind());
    fields.accept("address", address.toString());
  }

  @Override
  public String toString() {
    return "fd " + fd + " (name \"" + name + "\")";
  }
}
