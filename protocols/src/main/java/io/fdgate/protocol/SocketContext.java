package io.fdgate.protocol;

import java.util.function.BiConsumer;

/**
 * What a protocol is told about the inherited socket it is to serve.
 *
 * @param name the socket's name as inherited ({@code FileDescriptorName=})
 * @param address where it is bound
 * @param settings the values of the protocol's own {@link Protocol#settings()}
 * @param counters what is counted for this socket
 * @param served everything that the gateway serves; filled once the plan is complete
 */
public record SocketContext(
    String name, Endpoint address, Settings settings, Counters counters, ServedSockets served)
    implements LogFields {
  @Override
  public void logFields(BiConsumer<String, String> fields) {
    fields.accept("socket", name);
    fields.accept("address", address.toString());
  }

  /** The name, as log lines have it. */
  @Override
  public String toString() {
    return name;
  }
}
