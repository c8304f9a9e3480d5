package io.fdgate.gateway;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.listener.Binding;
import io.fdgate.gateway.listener.BindingPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the configuration and plans what serves each socket: at the start, and on a reload. */
final class Planner {
  private final Optional<Path> configFile;
  private final String builtIn;
  private Optional<ProtocolRegistry> protocols = Optional.empty();
  private Configuration forLog = Configuration.DEFAULTS;

  /**
   * A planner that has read nothing.
   *
   * @param builtIn what holds when there is no file, as TOML
   */
  Planner(Optional<Path> configFile, String builtIn) {
    this.configFile = configFile;
    this.builtIn = builtIn;
  }

  /**
   * What is to be served, and how.
   *
   * @param kept the established connections of the process before
   */
  record Plan(Configuration configuration, List<Binding> bindings, List<InheritedSocket> kept) {}

  /** Looks at everything before it gives up, so that all faults are told together. */
  Plan plan(Service.Source source) throws FaultException {
    List<Fault> faults = new ArrayList<>();
    protocols = collect(faults, ProtocolRegistry::load);
    Optional<Configuration> configuration =
        protocols.isPresent() ? collect(faults, this::configuration) : Optional.empty();
    if (configuration.isPresent()) {
      forLog = configuration.get();
    }
    Optional<List<InheritedSocket>> sockets = collect(faults, source::sockets);
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    Configuration complete = configuration.orElseThrow();
    List<InheritedSocket> served = new ArrayList<>();
    List<InheritedSocket> kept = new ArrayList<>();
    for (InheritedSocket socket : sockets.orElseThrow()) {
      (socket.isKept() ? kept : served).add(socket);
    }
    return new Plan(
        complete, new BindingPlan(complete, protocols.orElseThrow()).bind(served), kept);
  }

  /** What was read before a fault was found, for the log that tells of it. */
  Configuration forLog() {
    return forLog;
  }

  /** Plans anew for the sockets that are being served; what was counted goes on. */
  Plan again(List<Binding> serving) throws FaultException {
    Configuration configuration = configuration();
    return new Plan(
        configuration,
        new BindingPlan(configuration, protocols.orElseThrow()).rebind(serving),
        List.of());
  }

  private Configuration configuration() throws FaultException {
    if (configFile.isPresent()) {
      return ConfigurationFile.load(configFile.get(), protocols.orElseThrow());
    }
    return builtIn.isEmpty()
        ? Configuration.DEFAULTS
        : ConfigurationFile.parse("built in", builtIn, protocols.orElseThrow());
  }

  private static <T> Optional<T> collect(List<Fault> faults, Step<T> step) throws FaultException {
    try {
      return Optional.of(step.take());
    } catch (FaultException fault) {
      faults.addAll(fault.faults());
      return Optional.empty();
    }
  }

  @FunctionalInterface
  private interface Step<T> {
    T take() throws FaultException;
  }
}
