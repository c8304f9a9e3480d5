package io.fdgate.protocol.forward;

import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where an upstream listens, as the configuration writes it. */
sealed interface UpstreamAddress {
  String EXPECTED = "unix:PATH, unix:@NAME, tcp:HOST:PORT or vsock:CID:PORT";

  /** The form that the configuration has. */
  @Override
  String toString();

  /**
   * A Unix stream socket.
   *
   * @param name its path, or {@code @} and its name in the abstract namespace
   */
  record Unix(String name) implements UpstreamAddress {
    private static final int LONGEST = 107;

    /** What the kernel is given: a zero byte where the text has {@code @}. */
    String path() {
      return name.startsWith("@") ? "\0" + name.substring(1) : name;
    }

    private boolean isValid() {
      return name.length() > (name.startsWith("@") ? 1 : 0)
          && (name.startsWith("/") || name.startsWith("@"))
          && name.indexOf('\0') < 0
          && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }

    @Override
    public String toString() {
      return "unix:" + name;
    }
  }

  /**
   * A TCP port.
   *
   * @param host a name, or an IPv4 or IPv6 address without brackets
   */
  record Tcp(String host, int port) implements UpstreamAddress {
    @Override
    public String toString() {
      return "tcp:" + (NetUtil.isValidIpV6Address(host) ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A VSOCK port; both numbers are unsigned. */
  record Vsock(int cid, int port) implements UpstreamAddress {
    @Override
    public String toString() {
      return "vsock:" + Integer.toUnsignedString(cid) + ":" + Integer.toUnsignedString(port);
    }
  }

  /** Reads an address; nothing if the text is none. */
  static Optional<UpstreamAddress> parse(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1);
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "unix" ->
          Optional.of(new Unix(rest)).filter(Unix::isValid).map(UpstreamAddress.class::cast);
      case "tcp" -> tcp(rest);
      case "vsock" -> vsock(rest);
      default -> Optional.empty();
    };
  }

  private static Optional<UpstreamAddress> tcp(String text) {
    int colon = text.lastIndexOf(':');
    Optional<Integer> port = number(text.substring(colon + 1)).filter(n -> n > 0 && n <= 0xffff);
    if (colon <= 0 || port.isEmpty()) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      String inner = host.substring(1, host.length() - 1);
      return NetUtil.isValidIpV6Address(inner)
          ? Optional.of(new Tcp(inner, port.get()))
          : Optional.empty();
    }
    boolean named = host.chars().allMatch(c -> c > ' ' && c < 0x7f && "[]:/@".indexOf(c) < 0);
    return named ? Optional.of(new Tcp(host, port.get())) : Optional.empty();
  }

  private static Optional<UpstreamAddress> vsock(String text) {
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
