package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedFd;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.ListenEnvironment;
import io.fdgate.gateway.activation.OwnPidfd;
import io.fdgate.gateway.activation.SocketInspector;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.listener.Binding;
import io.fdgate.gateway.listener.BindingPlan;
import io.fdgate.libc.Libc;
import io.fdgate.protocol.Endpoint;
import io.netty.channel.epoll.Epoll;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fdgate sockets}: shows what was inherited and what would serve it, and exits. */
@Command(
    name = "sockets",
    mixinStandardHelpOptions = true,
    description = {
      "Prints what was inherited, what would serve it and why.",
      "Exits with 0 if everything could be served, else with 1 or 78. Put it in",
      "place of fdgate in a unit's ExecStart=, or try:",
      "systemd-socket-activate -l 3000 --fdname=echo fdgate sockets"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class SocketsCommand implements Callable<Integer> {
  private final Map<String, String> environment;
  private final Supplier<Optional<Path>> config;
  private final List<Fault> faults = new ArrayList<>();
  private final Set<String> advice = new LinkedHashSet<>();

  @Spec private CommandSpec spec;

  SocketsCommand(Map<String, String> environment, Supplier<Optional<Path>> config) {
    this.environment = environment;
    this.config = config;
  }

  @Override
  public Integer call() throws FaultException {
    Epoll.ensureAvailability();
    PrintWriter out = spec.commandLine().getOut();
    ListenEnvironment listen = ListenEnvironment.parse(environment, Libc.pid(), OwnPidfd::inode);
    ProtocolRegistry protocols = ProtocolRegistry.load();
    Configuration configuration =
        config.get().isPresent()
            ? ConfigurationFile.load(config.get().get(), protocols)
            : Configuration.DEFAULTS;
    BindingPlan plan = new BindingPlan(configuration, protocols);
    if (listen.fds().isEmpty()) {
      out.println(listen.notForUs().orElse("No sockets were inherited: LISTEN_FDS is not set."));
    } else {
      TextTable table =
          new TextTable().row("FD", "NAME", "KIND", "ADDRESS", "FLAGS", "PROTOCOL", "CHOSEN BY");
      listen.fds().forEach(fd -> addRow(table, fd, plan));
      table.print(out);
    }
    faults.forEach(fault -> out.println("fault: " + fault));
    advice.forEach(line -> out.println("advice: " + line));
    out.flush();
    return faults.isEmpty() && !listen.fds().isEmpty()
        ? 0
        : faults.stream().mapToInt(fault -> fault.kind().exitStatus()).max().orElse(1);
  }

  private void addRow(TextTable table, InheritedFd fd, BindingPlan plan) {
    Optional<InheritedSocket> seen = Optional.empty();
    String protocol = "-";
    String rule = "fault, see below";
    try {
      InheritedSocket socket = SocketInspector.inspect(List.of(fd)).getFirst();
      seen = Optional.of(socket);
      if (socket.isKept()) {
        rule = "keep_connections";
      } else {
        advise(socket);
        Binding binding = plan.bind(socket);
        protocol = binding.protocol().name();
        rule = binding.rule();
      }
    } catch (FaultException fault) {
      faults.addAll(fault.faults());
    }
    table.row(
        Integer.toString(fd.fd()),
        fd.name().isEmpty() ? "\"\"" : fd.name(),
        seen.map(InheritedSocket::kind).orElse("-"),
        seen.map(socket -> socket.address().toString()).orElse("-"),
        seen.map(SocketsCommand::flags).orElse("-"),
        protocol,
        rule);
  }

  private static String flags(InheritedSocket socket) {
    List<String> flags = new ArrayList<>();
    flags.add(
        switch (socket.role()) {
          case LISTENER -> "listening";
          case CONNECTION -> "connected";
          case GONE -> "peer gone";
          case DATAGRAM -> "bound";
        });
    if (socket.family() == InheritedSocket.Family.IPV6) {
      boolean dual =
          !socket.ipv6Only() && socket.address() instanceof Endpoint.Inet inet && inet.isWildcard();
      flags.add(dual ? "dual-stack" : "ipv6-only");
    }
    flags.add(socket.nonBlocking() ? "non-blocking" : "blocking");
    return String.join(",", flags);
  }

  private void advise(InheritedSocket socket) {
    if (!socket.nonBlocking()) {
      advice.add(
          "blocking is the default of systemd, and what Podman 4 leaves; fdgate changes it, so"
              + " NonBlocking= is not needed");
    }
    if (socket.name().equals("unknown")) {
      advice.add(
          "LISTEN_FDNAMES is not set, so every socket is \"unknown\"; set FileDescriptorName= in"
              + " the .socket unit (systemd-socket-activate: --fdname=)");
    }
    if (socket.role() == InheritedSocket.Role.CONNECTION) {
      advice.add(
          "Accept=yes starts a process for each connection; Accept=no (the default) starts one for"
              + " all");
    }
  }
}
