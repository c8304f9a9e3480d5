package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.proxy.ProxyEdge;
import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.StreamProtocol;
import java.util.Optional;

/**
 * A socket, the protocol that it is served with, and why.
 *
 * @param socket what was inherited
 * @param protocol the protocol chosen
 * @param rule the rule that chose it, such as {@code its name}
 * @param service what the protocol prepared for this socket
 * @param counters what is counted for this socket
 * @param admission what its clients may take, if that is limited
 */
public record Binding(
    InheritedSocket socket,
    Protocol protocol,
    String rule,
    Service service,
    Counters counters,
    Optional<Admission> admission) {

  /** What a protocol does with a socket: its stream side or its datagram side. */
  public sealed interface Service {
    /** For listeners and connections. */
    record Connections(ConnectionInitializer initializer) implements Service {}

    /** For datagram sockets. */
    record Datagrams(DatagramHandler handler) implements Service {}
  }

  /** Whether the protocol uses its connections' sockets itself, and nothing comes before it. */
  boolean takesSockets() {
    return protocol instanceof StreamProtocol streams && streams.takesSockets() && !isProxied();
  }

  /** Whether a header of the PROXY protocol comes before the protocol. */
  boolean isProxied() {
    return service instanceof Service.Connections connections
        && connections.initializer() instanceof ProxyEdge;
  }

  /** This socket as protocols see it. */
  public ServedSocket served() {
    return new ServedSocket(
        socket.fd(), socket.name(), socket.kind(), socket.address(), protocol.name(), counters);
  }
}
