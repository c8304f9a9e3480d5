package io.fdgate.gateway.config;

import io.fdgate.gateway.proxy.TrustedPeers;
import io.fdgate.protocol.Settings;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code [sockets.NAME]} table.
 *
 * @param name the NAME
 * @param stream the protocol for stream sockets of this name, if the table chooses one
 * @param datagram the protocol for datagram sockets of this name, if the table chooses one
 * @param trustedPeers who must begin connections with a PROXY header, if anyone
 * @param settings the values for the protocols that can serve this name, by protocol
 * @param limits what the clients of each socket may take
 * @param location where the table is, {@code FILE:LINE}
 * @param keyLocations where each key is
 */
public record SocketTable(
    String name,
    Optional<String> stream,
    Optional<String> datagram,
    Optional<TrustedPeers> trustedPeers,
    Map<String, Settings> settings,
    SocketLimits limits,
    String location,
    Map<String, String> keyLocations) {

  /** Copies the maps. */
  public SocketTable {
    settings = Map.copyOf(settings);
    keyLocations = Map.copyOf(keyLocations);
  }

  /** The values for a protocol; defaults where the table has none. */
  public Settings settingsFor(String protocol) {
    return settings.getOrDefault(protocol, Settings.DEFAULTS);
  }

  /** Where a key is, or else the table. */
  public String locate(String key) {
    return keyLocations.getOrDefault(key, location);
  }
}
