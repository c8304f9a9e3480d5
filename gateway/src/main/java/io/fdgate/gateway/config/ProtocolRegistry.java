package io.fdgate.gateway.config;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Installed;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.StreamProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.TreeMap;

/** The installed protocols by name: the built-in ones and those of jars in {@code lib/}. */
public final class ProtocolRegistry {
  private final Map<String, Protocol> byName;

  private ProtocolRegistry(Map<String, Protocol> byName) {
    this.byName = byName;
  }

  /**
   * Finds the protocols with ServiceLoader.
   *
   * @throws FaultException when a provider cannot be loaded or two have one name
   */
  public static ProtocolRegistry load() throws FaultException {
    Map<String, Protocol> byName = new TreeMap<>();
    List<Fault> faults = new ArrayList<>();
    Iterator<Protocol> found = Installed.find(Protocol.class).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        Protocol protocol = found.next();
        Protocol other = byName.putIfAbsent(protocol.name(), protocol);
        if (other != null) {
          faults.add(
              Fault.configuration(
                  "two installed protocols have the name \""
                      + protocol.name()
                      + "\": "
                      + other.getClass().getName()
                      + " and "
                      + protocol.getClass().getName()
                      + "; remove the jar of one of them from lib/"));
        }
      } catch (ServiceConfigurationError | LinkageError broken) {
        faults.add(
            Fault.configuration(
                "a protocol cannot be loaded (" + broken + "); remove or mend its jar in lib/"));
      }
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    return new ProtocolRegistry(byName);
  }

  /** The protocol of a name. */
  public Optional<Protocol> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All of them, by name. */
  public Collection<Protocol> all() {
    return byName.values();
  }

  /** Their names for a fault message, such as {@code echo, http (streams only)}. */
  public String names() {
    StringBuilder names = new StringBuilder();
    for (Protocol protocol : byName.values()) {
      names.append(names.isEmpty() ? "" : ", ").append(protocol.name());
      if (!(protocol instanceof DatagramProtocol)) {
        names.append(" (streams only)");
      } else if (!(protocol instanceof StreamProtocol)) {
        names.append(" (datagrams only)");
      }
    }
    return names.toString();
  }
}
