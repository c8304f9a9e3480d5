package io.fdgate.gateway.listener;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.config.SocketTable;
import io.fdgate.protocol.Endpoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the {@code [sockets.NAME]} tables with which a socket of that name could not be served,
 * before there is one: what a protocol needs and the table does not say.
 */
public final class TableCheck {
  private final BindingPlan plan;

  private TableCheck(BindingPlan plan) {
    this.plan = plan;
  }

  /** The faults of all tables, by name. */
  public static List<Fault> faults(Configuration configuration, ProtocolRegistry protocols) {
    TableCheck check = new TableCheck(new BindingPlan(configuration, protocols));
    List<Fault> faults = new ArrayList<>();
    configuration.sockets().values().stream()
        .sorted(Comparator.comparing(SocketTable::name))
        .forEach(table -> check.collect(table, faults));
    return faults;
  }

  /** A protocol for both kinds of socket may have what it needs for one only. */
  private void collect(SocketTable table, List<Fault> faults) {
    Optional<Fault> stream = fault(table, Role.LISTENER);
    Optional<Fault> datagram = fault(table, Role.DATAGRAM);
    if (table.stream().equals(table.datagram())) {
      if (stream.isPresent() && datagram.isPresent()) {
        stream
            .filter(TableCheck::isSetting)
            .or(() -> datagram.filter(TableCheck::isSetting))
            .ifPresent(faults::add);
      }
    } else {
      stream.filter(TableCheck::isSetting).ifPresent(faults::add);
      datagram.filter(TableCheck::isSetting).ifPresent(faults::add);
    }
  }

  private Optional<Fault> fault(SocketTable table, Role role) {
    try {
      var _ =
          plan.bind(
              new InheritedSocket(
                  0, table.name(), Family.UNIX, role, Endpoint.Unix.ofPath(""), false, true));
      return Optional.empty();
    } catch (FaultException refused) {
      return Optional.of(refused.faults().getFirst());
    }
  }

  /** And not that a protocol does not serve this kind of socket, which there may not be. */
  private static boolean isSetting(Fault fault) {
    return fault.kind() == Fault.Kind.CONFIGURATION;
  }
}
