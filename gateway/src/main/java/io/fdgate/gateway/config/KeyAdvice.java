package io.fdgate.gateway.config;

import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.Setting;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What to do about a key that its table does not know. */
final class KeyAdvice {
  private final ProtocolRegistry protocols;

  KeyAdvice(ProtocolRegistry protocols) {
    this.protocols = protocols;
  }

  /** Where the key belongs, or else the nearest of those that are known here; empty for neither. */
  String on(String key, Collection<String> knownHere) {
    return place(key)
        .map(place -> "; it belongs " + place)
        .orElseGet(() -> NearestKey.question(key, knownHere));
  }

  private Optional<String> place(String key) {
    if (has(Configuration.GLOBAL, key)) {
      return Optional.of("at the top level, above every table");
    }
    for (Configuration.Table table : Configuration.TABLES) {
      if (has(table.settings(), key)) {
        return Optional.of("in [" + table.name() + "]");
      }
    }
    if (has(ConfigurationFile.TABLE, key) || has(SocketLimits.ALL, key)) {
      return Optional.of("in [sockets.NAME]");
    }
    String having =
        protocols.all().stream()
            .filter(protocol -> has(protocol.settings(), key))
            .map(Protocol::name)
            .collect(Collectors.joining(" or "));
    return having.isEmpty()
        ? Optional.empty()
        : Optional.of("in [sockets.NAME] of protocol " + having);
  }

  private static boolean has(List<? extends Setting<?>> settings, String key) {
    return settings.stream().anyMatch(setting -> setting.key().equals(key));
  }
}
