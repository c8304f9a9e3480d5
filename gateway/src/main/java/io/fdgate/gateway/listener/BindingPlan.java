package io.fdgate.gateway.listener;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.config.SocketLimits;
import io.fdgate.gateway.config.SocketNames;
import io.fdgate.gateway.config.SocketTable;
import io.fdgate.gateway.listener.Binding.Service;
import io.fdgate.gateway.proxy.ProxyEdge;
import io.fdgate.gateway.proxy.TrustedPeers;
import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what serves each inherited socket. The rules, first match wins: the {@code
 * [sockets.NAME]} table; a protocol with the socket's name; {@code default_protocol}; else a fault.
 * In each rule the name counts as it is, then without {@code .socket}, then without
 * {@code @instance}.
 */
public final class BindingPlan {
  private final Configuration configuration;
  private final ProtocolRegistry protocols;
  private volatile List<ServedSocket> served = List.of();

  /**
   * A planner for one configuration.
   *
   * @param protocols what is installed
   */
  public BindingPlan(Configuration configuration, ProtocolRegistry protocols) {
    this.configuration = configuration;
    this.protocols = protocols;
  }

  /**
   * Binds every socket.
   *
   * @throws FaultException with the faults of all sockets that cannot be served
   */
  public List<Binding> bind(List<InheritedSocket> sockets) throws FaultException {
    List<Binding> bindings = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (InheritedSocket socket : sockets) {
      try {
        bindings.add(bind(socket, new Counters(), Optional.empty()));
      } catch (FaultException fault) {
        faults.addAll(fault.faults());
      }
    }
    return complete(bindings, faults);
  }

  /**
   * Binds the sockets of another plan, and goes on with its counters.
   *
   * @throws FaultException with the faults of all sockets that cannot be served
   */
  public List<Binding> rebind(List<Binding> others) throws FaultException {
    List<Binding> bindings = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (Binding other : others) {
      try {
        bindings.add(bind(other.socket(), other.counters(), other.admission()));
      } catch (FaultException fault) {
        faults.addAll(fault.faults());
      }
    }
    return complete(bindings, faults);
  }

  private List<Binding> complete(List<Binding> bindings, List<Fault> faults) throws FaultException {
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    served = bindings.stream().map(Binding::served).toList();
    observe(bindings);
    return bindings;
  }

  /** Counts everything if some protocol shows it. */
  private static void observe(List<Binding> bindings) {
    boolean observed = false;
    for (Binding binding : bindings) {
      observed |= binding.protocol().observes();
    }
    if (observed) {
      for (Binding binding : bindings) {
        binding.counters().observe();
      }
    }
  }

  /**
   * Binds one socket.
   *
   * @throws FaultException when nothing can serve it
   */
  public Binding bind(InheritedSocket socket) throws FaultException {
    return bind(socket, new Counters(), Optional.empty());
  }

  private Binding bind(InheritedSocket socket, Counters counters, Optional<Admission> before)
      throws FaultException {
    Optional<SocketTable> table = configuration.tableFor(socket.name());
    Choice choice = choose(socket, table);
    Protocol protocol = choice.protocol();
    Settings settings =
        table.map(each -> each.settingsFor(protocol.name())).orElse(Settings.DEFAULTS);
    Optional<Admission> admission =
        table.isPresent() ? admission(protocol, table.get().limits(), before) : Optional.empty();
    SocketContext context =
        new SocketContext(socket.name(), socket.address(), settings, counters, () -> served);
    try {
      if (socket.isStream() && protocol instanceof StreamProtocol streams) {
        ConnectionInitializer connections = streams.connections(context);
        Optional<TrustedPeers> trusted = table.flatMap(SocketTable::trustedPeers);
        Service service =
            new Service.Connections(
                trusted.isPresent()
                    ? new ProxyEdge(context, trusted.get(), connections)
                    : connections);
        return new Binding(socket, protocol, choice.rule(), service, counters, admission);
      }
      if (!socket.isStream() && protocol instanceof DatagramProtocol datagrams) {
        Service service = new Service.Datagrams(datagrams.datagrams(context));
        return new Binding(socket, protocol, choice.rule(), service, counters, admission);
      }
    } catch (SettingException wrong) {
      throw new FaultException(List.of(settingFault(socket, table, wrong)));
    } catch (RuntimeException | LinkageError broken) {
      throw new FaultException(
          List.of(
              Fault.configuration(
                  socket
                      + ": protocol "
                      + protocol.name()
                      + " failed while it was prepared ("
                      + broken
                      + "); this is a fault of the protocol's code")));
    }
    throw new FaultException(List.of(wrongSide(socket, choice)));
  }

  private static Optional<Admission> admission(
      Protocol protocol, SocketLimits configured, Optional<Admission> before) {
    SocketLimits limits = configured;
    for (Setting<?> setting : protocol.settings()) {
      if (setting.key().equals(SocketLimits.IDLE_TIMEOUT_KEY)) {
        limits = limits.withoutIdleTimeout();
      }
    }
    if (limits.areNone()) {
      return Optional.empty();
    }
    return Optional.of(before.isPresent() ? before.get().with(limits) : Admission.of(limits));
  }

  private Choice choose(InheritedSocket socket, Optional<SocketTable> table) throws FaultException {
    Optional<String> inTable =
        table.flatMap(each -> socket.isStream() ? each.stream() : each.datagram());
    if (table.isPresent() && inTable.isPresent()) {
      return new Choice(installed(inTable.get()), "[sockets." + table.get().name() + "]");
    }
    for (Map.Entry<String, String> candidate : SocketNames.candidates(socket.name()).entrySet()) {
      Optional<Protocol> named = protocols.find(candidate.getKey());
      if (named.isPresent()) {
        return new Choice(named.get(), candidate.getValue());
      }
    }
    Optional<String> fallback = configuration.defaultProtocol();
    if (fallback.isPresent()) {
      return new Choice(installed(fallback.get()), "default_protocol");
    }
    throw new FaultException(List.of(unknownName(socket)));
  }

  private Protocol installed(String name) {
    return protocols
        .find(name)
        .orElseThrow(() -> new IllegalStateException("unchecked protocol " + name));
  }

  private Fault unknownName(InheritedSocket socket) {
    String tables =
        configuration.sockets().isEmpty()
            ? "none"
            : String.join(", ", configuration.sockets().keySet().stream().sorted().toList());
    return Fault.activation(
        socket
            + ", "
            + socket.kind()
            + " "
            + socket.address()
            + ": this name chooses no protocol; set FileDescriptorName= in the .socket unit to one"
            + " of the protocols ("
            + protocols.names()
            + ") or of the configured names ("
            + tables
            + "), or add a [sockets.\""
            + socket.name()
            + "\"] table or default_protocol to the configuration");
  }

  private Fault wrongSide(InheritedSocket socket, Choice choice) {
    String side = socket.isStream() ? "stream" : "datagram";
    return Fault.activation(
        socket
            + ", "
            + socket.kind()
            + " "
            + socket.address()
            + ": protocol "
            + choice.protocol().name()
            + " (chosen by "
            + choice.rule()
            + ") does not serve "
            + side
            + " sockets; change "
            + (socket.isStream() ? "ListenStream=" : "ListenDatagram=")
            + " or FileDescriptorName= in the .socket unit, or set "
            + side
            + " = \"...\" in [sockets.\""
            + socket.name()
            + "\"]; installed: "
            + protocols.names());
  }

  private static Fault settingFault(
      InheritedSocket socket, Optional<SocketTable> table, SettingException wrong) {
    String place = table.map(each -> each.locate(wrong.key())).orElse(socket.toString());
    return Fault.configuration(place + ": " + wrong.key() + " " + wrong.getMessage());
  }

  private record Choice(Protocol protocol, String rule) {}
}
