package io.fdgate.protocol;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where somebody else listens, as people write it. */
public sealed interface DialAddress {
  /** Whether it takes connections; otherwise datagrams. */
  boolean isStream();

  /** The form that is written. */
  @Override
  String toString();

  /**
   * A Unix socket.
   *
   * @param isStream whether it is a stream socket; otherwise a datagram socket
   * @param name its path, or {@code @} and its name in the abstract namespace
   */
  record Unix(boolean isStream, String name) implements DialAddress {
    private static final int LONGEST = 107;

    /** What the kernel is given: a zero byte where the text has {@code @}. */
    public String path() {
      return name.startsWith("@") ? "\0" + name.substring(1) : name;
    }

    /** Whether it is the same socket wherever the process runs. */
    public boolean isAbsolute() {
      return name.startsWith("/") || name.startsWith("@");
    }

    private boolean isValid() {
      return name.length() > (name.startsWith("@") ? 1 : 0)
          && name.indexOf('\0') < 0
          && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    @Override
    public String toString() {
      return (isStream ? "unix:" : "unixgram:") + name;
    }
  }

  /**
   * A TCP or UDP port.
   *
   * @param isStream whether it is TCP
   * @param host a name, or an IPv4 or IPv6 address without brackets
   */
  record Inet(boolean isStream, String host, int port) implements DialAddress {
    @Override
    public String toString() {
      return (isStream ? "tcp:" : "udp:")
          + (NetUtil.isValidIpV6Address(host) ? "[" + host + "]" : host)
          + ":"
          + port;
    }
  }

  /** A VSOCK port; both numbers are unsigned. */
  record Vsock(int cid, int port) implements DialAddress {
    @Override
    public boolean isStream() {
      return true;
    }

    @Override
    public String toString() {
      return "vsock:" + Integer.toUnsignedString(cid) + ":" + Integer.toUnsignedString(port);
    }
  }

  /** Reads an address; nothing if the text is none. */
  static Optional<DialAddress> parse(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "unix" -> unix(true, rest);
      case "unixgram" -> unix(false, rest);
      case "tcp" -> inet(true, rest);
      case "udp" -> inet(false, rest);
      case "vsock" -> vsock(rest);
      default -> Optional.empty();
    };
  }

  private static Optional<DialAddress> unix(boolean stream, String name) {
    return Optional.of(new Unix(stream, name)).filter(Unix::isValid).map(DialAddress.class::cast);
  }

  private static Optional<DialAddress> inet(boolean stream, String text) {
    int colon = text.lastIndexOf(':');
    Optional<Integer> port = number(text.substring(colon + 1)).filter(n -> n > 0 && n <= 0xffff);
    if (colon <= 0 || port.isEmpty()) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      String inner = host.substring(1, host.length() - 1);
      return NetUtil.isValidIpV6Address(inner)
          ? Optional.of(new Inet(stream, inner, port.get()))
          : Optional.empty();
    }
    boolean named = host.chars().allMatch(c -> c > ' ' && c < 0x7f && "[]:/@".indexOf(c) < 0);
    return named ? Optional.of(new Inet(stream, host, port.get())) : Optional.empty();
  }

  private static Optional<DialAddress> vsock(String text) {
    int colon = text.indexOf(':');
    Optional<Integer> cid = number(text.substring(0, Math.max(colon, 0)));
    Optional<Integer> port = number(text.substring(colon + 1));
    return cid.isPresent() && port.isPresent()
        ? Optional.of(new Vsock(cid.get(), port.get()))
        : Optional.empty();
  }

  private static Optional<Integer> number(String digits) {
    boolean plain = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      return plain ? Optional.of(Integer.parseUnsignedInt(digits)) : Optional.empty();
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }
}
