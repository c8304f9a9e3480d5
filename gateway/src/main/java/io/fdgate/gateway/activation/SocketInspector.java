package io.fdgate.gateway.activation;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.fdgate.libc.Libc;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.SocketDomain;
import io.fdgate.protocol.SystemError;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Asks the kernel what each inherited descriptor is, without changing it. Needs {@code
 * Epoll.ensureAvailability()} first.
 *
 * <p>It checks what sd_is_socket(3) checks, and never the port: which address a service has is the
 * unit's choice.
 */
public final class SocketInspector {
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_PROTOCOL = 38;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;

  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_SEQPACKET = 5;

  private static final int IPPROTO_TCP = 6;
  private static final int IPPROTO_UDP = 17;
  private static final int IPPROTO_MPTCP = 262;

  private SocketInspector() {}

  /**
   * Looks at all descriptors.
   *
   * @return one socket for each descriptor, in the same order
   * @throws FaultException with a fault for each descriptor that cannot be served
   */
  public static List<InheritedSocket> inspect(List<InheritedFd> fds) throws FaultException {
    List<InheritedSocket> sockets = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (InheritedFd fd : fds) {
      try {
        sockets.add(inspect(fd));
      } catch (UnusableException unusable) {
        if (fd.name().startsWith(KeptName.PREFIX)) {
          // Its peer may have broken it at any time; that must not keep the service from starting.
          sockets.add(gone(fd));
          continue;
        }
        faults.add(Fault.activation(fd + ": " + unusable.getMessage()));
      }
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    return sockets;
  }

  private static InheritedSocket gone(InheritedFd fd) {
    Endpoint nowhere = Endpoint.Unix.ofPath("");
    return new InheritedSocket(fd.fd(), fd.name(), Family.UNIX, Role.GONE, nowhere, false, true);
  }

  private static InheritedSocket inspect(InheritedFd inherited) throws UnusableException {
    LinuxSocket socket;
    int domain;
    int type;
    try {
      socket = LinuxSocket.newSocket(inherited.fd());
      domain = SocketDomain.of(socket);
      type = socket.getIntOpt(SOL_SOCKET, SO_TYPE);
    } catch (IOException | ChannelException notASocket) {
      throw new UnusableException(ForeignDescriptor.describe(inherited.fd()));
    }
    Family family =
        switch (domain) {
          case SocketDomain.INET -> Family.IPV4;
          case SocketDomain.INET6 -> Family.IPV6;
          case SocketDomain.UNIX -> Family.UNIX;
          case SocketDomain.VSOCK -> Family.VSOCK;
          case SocketDomain.NETLINK ->
              throw new UnusableException(
                  "found a netlink socket; "
                      + expected("ListenNetlink= made it, and it needs a service of its own"));
          default ->
              throw new UnusableException(
                  "found a socket of address family " + domain + "; " + expected(""));
        };
    checkType(type, family);
    try {
      checkProtocol(socket, type, family);
      return describe(inherited, socket, family, type);
    } catch (IOException | ChannelException refused) {
      throw new UnusableException(
          "the kernel does not describe it (" + SystemError.text(refused) + "); " + expected(""));
    }
  }

  private static InheritedSocket describe(
      InheritedFd inherited, LinuxSocket socket, Family family, int type)
      throws IOException, UnusableException {
    Endpoint address = localAddress(socket, family);
    return new InheritedSocket(
        inherited.fd(),
        inherited.name(),
        family,
        type == SOCK_DGRAM ? datagramRole(socket, family) : streamRole(socket, family, address),
        address,
        family == Family.IPV6 && socket.getIntOpt(IPPROTO_IPV6, IPV6_V6ONLY) != 0,
        DescriptorFlags.of(inherited.fd()).nonBlocking());
  }

  private static void checkType(int type, Family family) throws UnusableException {
    switch (type) {
      case SOCK_STREAM -> {}
      case SOCK_DGRAM -> {
        if (family == Family.VSOCK) {
          throw new UnusableException(
              "found a VSOCK datagram socket; expected a VSOCK stream socket: use ListenStream="
                  + " instead of ListenDatagram=");
        }
      }
      case SOCK_SEQPACKET ->
          throw new UnusableException(
              "found a "
                  + family
                  + " sequential-packet socket; "
                  + expected("ListenSequentialPacket= made it"));
      case SOCK_RAW -> throw new UnusableException("found a raw socket; " + expected(""));
      default ->
          throw new UnusableException("found a socket of type " + type + "; " + expected(""));
    }
  }

  private static void checkProtocol(LinuxSocket socket, int type, Family family)
      throws IOException, UnusableException {
    if (family != Family.IPV4 && family != Family.IPV6) {
      return;
    }
    int protocol = socket.getIntOpt(SOL_SOCKET, SO_PROTOCOL);
    boolean served =
        type == SOCK_DGRAM
            ? protocol == IPPROTO_UDP
            : protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
    if (!served) {
      throw new UnusableException(
          "found IP protocol "
              + protocol
              + "; expected TCP, MPTCP or UDP: change or remove SocketProtocol=");
    }
  }

  private static Role datagramRole(LinuxSocket socket, Family family) throws UnusableException {
    if (isConnected(socket, family)) {
      throw new UnusableException(
          "found a connected datagram socket; expected a bound one that any peer can write to, as"
              + " ListenDatagram= makes it");
    }
    return Role.DATAGRAM;
  }

  private static Role streamRole(LinuxSocket socket, Family family, Endpoint address)
      throws IOException, UnusableException {
    if (socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) != 0) {
      return Role.LISTENER;
    }
    if (isConnected(socket, family)) {
      return Role.CONNECTION;
    }
    // A connection that was reset between accept(2) by systemd and now keeps its local address.
    boolean hadAddress =
        switch (address) {
          case Endpoint.Inet inet -> inet.address().getPort() != 0 && !inet.isWildcard();
          case Endpoint.Unix _ -> false;
          case Endpoint.Vsock vsock -> vsock.port() != -1;
        };
    if (hadAddress) {
      return Role.GONE;
    }
    throw new UnusableException(
        "found a stream socket that neither listens nor is connected; expected a listening one, as"
            + " ListenStream= makes it");
  }

  private static boolean isConnected(LinuxSocket socket, Family family) {
    return switch (family) {
      case IPV4, IPV6 -> socket.remoteAddress() != null;
      case UNIX -> socket.remoteDomainSocketAddress() != null;
      case VSOCK -> socket.remoteVSockAddress() != null;
    };
  }

  private static Endpoint localAddress(LinuxSocket socket, Family family) throws IOException {
    switch (family) {
      case IPV4, IPV6 -> {
        InetSocketAddress address = socket.localAddress();
        if (address != null) {
          return new Endpoint.Inet(address);
        }
      }
      case UNIX -> {
        DomainSocketAddress address = socket.localDomainSocketAddress();
        if (address != null && !address.path().isEmpty()) {
          return new Endpoint.Unix(address.path().getBytes(StandardCharsets.UTF_8));
        }
        // Abstract names begin with a zero, which Netty takes for the end.
        byte[] name = Libc.socketName(socket.intValue());
        return new Endpoint.Unix(Arrays.copyOfRange(name, Math.min(2, name.length), name.length));
      }
      case VSOCK -> {
        VSockAddress address = socket.localVSockAddress();
        if (address != null) {
          return new Endpoint.Vsock(address.getCid(), address.getPort());
        }
      }
    }
    throw new IOException("getsockname failed");
  }

  private static String expected(String cause) {
    return "expected a stream or datagram socket"
        + (cause.isEmpty() ? "" : ": " + cause)
        + "; use ListenStream= or ListenDatagram=";
  }

  /** A descriptor that cannot be served; the message says what it is. */
  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message, null, false, false);
    }
  }
}
