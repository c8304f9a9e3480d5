package io.fdgate.protocol;

import java.util.List;

/**
 * A protocol that inherited sockets can be served with. Implementations implement {@link
 * StreamProtocol}, {@link DatagramProtocol} or both, have a public constructor without arguments,
 * and are named in {@code META-INF/services/io.fdgate.protocol.Protocol}.
 *
 * <p>Constructing one and asking for its name, summary or settings must not open files, start
 * threads or touch the network: it happens for every installed protocol at every start.
 */
public interface Protocol {
  /** The name that a socket's name is matched with: lower-case letters, digits, {@code -}. */
  String name();

  /** What it does, in one line without a full stop, for {@code fdgate --help}. */
  String summary();

  /** The keys that this protocol accepts in its {@code [sockets.NAME]} table. */
  default List<Setting<?>> settings() {
    return List.of();
  }

  /**
   * Whether it shows what is counted for other sockets. If a socket is served with such a protocol,
   * times are taken and the bytes of connections are counted on all sockets.
   */
  default boolean observes() {
    return false;
  }
}
