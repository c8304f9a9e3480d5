package io.fdgate.gateway.activation;

import java.util.Optional;

/**
 * The name under which the service manager holds an established connection (FDNAME of
 * sd_notify(3)): all that the next process knows of it.
 *
 * @param id tells connections apart; small, because all names together are one variable of the
 *     environment
 * @param protocol what serves it, empty for a companion
 * @param socket the name of the socket that it was accepted on, empty for a companion
 */
public record KeptName(long id, String protocol, String socket) {
  /** What no socket's own name begins with. */
  static final String PREFIX = "fdgate-kept.";

  private static final String COMPANION = ".with";
  private static final int LONGEST = 255; // FDNAME_MAX
  private static final int RADIX = 36;

  /** Reads a name; nothing if it is not one of ours. */
  public static Optional<KeptName> parse(String name) {
    if (!name.startsWith(PREFIX)) {
      return Optional.empty();
    }
    int dot = name.indexOf('.', PREFIX.length());
    try {
      long id = Long.parseUnsignedLong(name, PREFIX.length(), Math.max(dot, 0), RADIX);
      if (name.endsWith(COMPANION) && dot == name.length() - COMPANION.length()) {
        return Optional.of(new KeptName(id, "", ""));
      }
      int second = name.indexOf('.', dot + 1);
      return second < 0
          ? Optional.empty()
          : Optional.of(
              new KeptName(id, name.substring(dot + 1, second), name.substring(second + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException foreign) {
      return Optional.empty();
    }
  }

  /** Whether it is the other connection of one of the same id. */
  public boolean isCompanion() {
    return protocol.isEmpty();
  }

  /** The name of the other connection. */
  public KeptName companion() {
    return new KeptName(id, "", "");
  }

  /** Whether a service manager takes it. */
  public boolean isShortEnough() {
    return toString().length() <= LONGEST;
  }

  @Override
  public String toString() {
    String number = PREFIX + Long.toUnsignedString(id, RADIX);
    return isCompanion() ? number + COMPANION : number + "." + protocol + "." + socket;
  }
}
