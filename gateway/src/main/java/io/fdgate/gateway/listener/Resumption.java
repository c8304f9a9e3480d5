package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.fdgate.gateway.activation.KeptName;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.KeptConnection;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with the connections that the process before has left, or that it lost in a crash. Each
 * is served as a new one of the socket that it was accepted on. Used once, on the main thread.
 */
public final class Resumption {
  private static final Logger logger = LoggerFactory.getLogger(Resumption.class);
  private static final int NONE = -1;

  private final Keeper keeper;
  private final List<Binding> plan;
  private final Connections connections;
  private final Map<Long, InheritedSocket> companions = new HashMap<>();
  private final Map<String, Integer> refusals = new TreeMap<>();

  /** For the sockets of a plan, which are being served. */
  public Resumption(Keeper keeper, List<Binding> plan, Connections connections) {
    this.keeper = keeper;
    this.plan = plan;
    this.connections = connections;
  }

  /** Serves what can be served, and closes all else; owns the sockets from now on. */
  public void of(List<InheritedSocket> kept) {
    for (InheritedSocket socket : kept) {
      Optional<KeptName> name = KeptName.parse(socket.name());
      name.ifPresent(keeper::inherited);
      if (name.isPresent() && name.get().isCompanion() && socket.role() == Role.CONNECTION) {
        companions.put(name.get().id(), socket);
      }
    }
    int resumed = 0;
    for (InheritedSocket socket : kept) {
      Optional<KeptName> name = KeptName.parse(socket.name());
      if (name.isEmpty()) {
        discard(socket, "its name is not one of fdgate's");
      } else if (!name.get().isCompanion()) {
        Optional<String> refusal = resume(socket, name.get());
        refusal.ifPresent(why -> discard(socket, why));
        resumed += refusal.isPresent() ? 0 : 1;
      } else if (socket.role() != Role.CONNECTION) {
        discard(socket, "its peer has left");
      }
    }
    companions.values().forEach(alone -> discard(alone, "the other side has left"));
    if (resumed > 0) {
      logger.info(
          LogEvent.CONNECTIONS_RESUMED, "{} connections of the process before go on", resumed);
    }
    refusals.forEach((why, count) ->
        logger.info(
            LogEvent.CONNECTIONS_NOT_RESUMED,
            "{} descriptors of the process before were closed: {}",
            count,
            why));
  }

  /** Returns why not. */
  private Optional<String> resume(InheritedSocket socket, KeptName name) {
    if (socket.role() != Role.CONNECTION) {
      return Optional.of("its peer has left");
    }
    Optional<Binding> binding = binding(socket, name);
    if (binding.isEmpty()) {
      return Optional.of("no socket named \"" + name.socket() + "\" is served any more");
    }
    if (!keeper.keeps(binding.get())
        || !binding.get().protocol().name().equals(name.protocol())
        || !(binding.get().service() instanceof Binding.Service.Connections service)) {
      return Optional.of(
          "\"" + name.socket() + "\" is not kept any more, or not served by " + name.protocol());
    }
    InheritedSocket companion = companions.remove(name.id());
    try {
      SocketAdopter.setFlags(socket);
      if (companion != null) {
        SocketAdopter.setFlags(companion);
      }
    } catch (IOException refused) {
      if (companion != null) {
        companions.put(name.id(), companion);
      }
      return Optional.of(refused.toString());
    }
    Channel channel = InheritedConnection.channel(socket);
    int fd = companion == null ? NONE : companion.fd();
    connections.resume(
        channel, binding.get(), service, KeptHandler.ofResumed(keeper, channel, name, fd));
    return Optional.empty();
  }

  /**
   * The socket that it was accepted on: by name and family, and if there are several by address.
   */
  private Optional<Binding> binding(InheritedSocket connection, KeptName name) {
    Optional<Binding> found = Optional.empty();
    for (Binding binding : plan) {
      InheritedSocket listener = binding.socket();
      if (listener.role() == Role.LISTENER
          && listener.name().equals(name.socket())
          && isInet(listener) == isInet(connection)
          && (isInet(listener) || listener.family() == connection.family())
          && (found.isEmpty() || isAt(listener.address(), connection.address()))) {
        found = Optional.of(binding);
      }
    }
    return found;
  }

  private static boolean isInet(InheritedSocket socket) {
    return socket.family() == Family.IPV4 || socket.family() == Family.IPV6;
  }

  private static boolean isAt(Endpoint listener, Endpoint connection) {
    return listener instanceof Endpoint.Inet ours && connection instanceof Endpoint.Inet theirs
        ? ours.address().getPort() == theirs.address().getPort()
        : listener.equals(connection);
  }

  private void discard(InheritedSocket socket, String why) {
    refusals.merge(why, 1, Integer::sum);
    try {
      Socket copy = new Socket(socket.fd());
      KeptConnection.end(copy);
      copy.close();
    } catch (IOException refused) {
      logger.debug(LogEvent.SYSTEM_REFUSED, "close of {}", socket, refused);
    }
    KeptName.parse(socket.name()).ifPresent(keeper::remove);
  }
}
