package io.fdgate.load;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where a target listens, as it is typed. */
public sealed interface Address {
  /** The forms that {@link #parse} takes. */
  String EXPECTED = "tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unixgram:PATH or vsock:CID:PORT";

  /** The form that is typed. */
  @Override
  String toString();

  /** Whether it carries datagrams. */
  default boolean isDatagram() {
    return false;
  }

  /**
   * A TCP port.
   *
   * @param host a name, or an IPv4 or IPv6 address without brackets
   */
  record Tcp(String host, int port) implements Address {
    @Override
    public String toString() {
      return "tcp:" + hostAndPort(host, port);
    }
  }

  /** A UDP port. */
  record Udp(String host, int port) implements Address {
    @Override
    public boolean isDatagram() {
      return true;
    }

    @Override
    public String toString() {
      return "udp:" + hostAndPort(host, port);
    }
  }

  /**
   * A Unix socket.
   *
   * @param name its path, or {@code @} and its name in the abstract namespace
   */
  record Unix(String name, boolean isDatagram) implements Address {
    private static final int LONGEST = 107;

    /** What the kernel is given: a zero byte where the text has {@code @}. */
    String path() {
      return name.startsWith("@") ? "\0" + name.substring(1) : name;
    }

    private boolean isValid() {
      return name.length() > (name.startsWith("@") ? 1 : 0)
          && name.indexOf('\0') < 0
          && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    @Override
    public String toString() {
      return (isDatagram ? "unixgram:" : "unix:") + name;
    }
  }

  /** A VSOCK port; both numbers are unsigned. */
  record Vsock(int cid, int port) implements Address {
    @Override
    public String toString() {
      return "vsock:" + Integer.toUnsignedString(cid) + ":" + Integer.toUnsignedString(port);
    }
  }

  /** Reads an address, also with {@code //} after the kind; nothing if the text is none. */
  static Optional<Address> parse(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    String plain = rest.startsWith("//") ? rest.substring(2) : rest;
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "tcp" -> host(plain).flatMap(h -> port(plain).map(p -> new Tcp(h, p)));
      case "udp" -> host(plain).flatMap(h -> port(plain).map(p -> new Udp(h, p)));
      case "unix" -> unix(rest, false);
      case "unixgram" -> unix(rest, true);
      case "vsock" -> vsock(plain);
      default -> Optional.empty();
    };
  }

  /** {@code HOST:PORT}, with brackets where the host needs them. */
  static String hostAndPort(String host, int port) {
    return (NetUtil.isValidIpV6Address(host) ? "[" + host + "]" : host) + ":" + port;
  }

  private static Optional<Address> unix(String name, boolean datagram) {
    return Optional.of(new Unix(name, datagram)).filter(Unix::isValid).map(Address.class::cast);
  }

  private static Optional<String> host(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      return Optional.of(host.substring(1, host.length() - 1)).filter(NetUtil::isValidIpV6Address);
    }
    boolean named = host.chars().allMatch(c -> c > ' ' && c < 0x7f && "[]:/@".indexOf(c) < 0);
    return named ? Optional.of(host) : Optional.empty();
  }

  private static Optional<Integer> port(String text) {
    return number(text.substring(text.lastIndexOf(':') + 1)).filter(n -> n > 0 && n <= 0xffff);
  }

  private static Optional<Address> vsock(String text) {
    int colon = Math.max(text.indexOf(':'), 0);
    Optional<Integer> cid = number(text.substring(0, colon));
    Optional<Integer> port = number(text.substring(colon).replaceFirst(":", ""));
    return cid.flatMap(c -> port.map(p -> new Vsock(c, p)));
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
