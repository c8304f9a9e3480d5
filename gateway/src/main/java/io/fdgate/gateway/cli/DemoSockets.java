package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedFd;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.SocketInspector;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Stands in for systemd: opens sockets of every kind, for the gateway to take through the same door
 * as inherited ones. What it made in the file system it removes when closed.
 */
final class DemoSockets implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final String ECHO = "echo";

  private final Path folder;
  private final List<Opened> opened = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Path> made = new ArrayList<>();

  DemoSockets(Path folder) {
    this.folder = folder;
  }

  /**
   * A socket and a way to try it.
   *
   * @param attempt a line for the shell
   */
  record Opened(InheritedSocket socket, String attempt) {}

  /** What was opened, in order. */
  List<Opened> opened() {
    return opened;
  }

  /** What could not be opened here, and why that is no fault. */
  List<String> notes() {
    return notes;
  }

  /**
   * Opens all of them.
   *
   * @param wantedPort for TCP and UDP; 0 for a free one
   */
  List<InheritedSocket> open(int wantedPort) throws FaultException {
    InetAddress ipv4 = InetAddress.ofLiteral("127.0.0.1");
    InetAddress ipv6 = InetAddress.ofLiteral("::1");
    int port = inet("tcp4", ipv4, wantedPort, false, wantedPort);
    boolean hasIpv6 = Files.exists(Path.of("/proc/net/if_inet6"));
    if (hasIpv6) {
      inet("tcp6", ipv6, port, false, wantedPort);
    } else {
      notes.add("This machine has no IPv6: tcp6 and udp6 are left out.");
    }
    inet("udp4", ipv4, port, true, wantedPort);
    if (hasIpv6) {
      inet("udp6", ipv6, port, true, wantedPort);
    }
    vsock(port);
    if (faults.isEmpty()) {
      unix();
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    return opened.stream().map(Opened::socket).toList();
  }

  private int inet(String kind, InetAddress address, int port, boolean datagram, int wantedPort)
      throws FaultException {
    boolean ipv6 = address.getAddress().length == 16;
    try {
      LinuxSocket socket =
          datagram ? LinuxSocket.newSocketDgram(ipv6) : LinuxSocket.newSocketStream(ipv6);
      if (!datagram) {
        socket.setReuseAddress(true);
      }
      socket.bind(new InetSocketAddress(address, port));
      if (!datagram) {
        socket.listen(BACKLOG);
      }
      int bound = socket.localAddress().getPort();
      String host = ipv6 ? "[::1]" : "127.0.0.1";
      add(socket, "echo hello | socat - " + kind + ":" + host + ":" + bound);
      return bound;
    } catch (IOException | ChannelException refused) {
      faults.add(
          Fault.activation(
              kind
                  + " port "
                  + port
                  + " cannot be opened ("
                  + refused.getMessage()
                  + "); choose another with --port, or --port 0 for a free one"));
      return wantedPort;
    }
  }

  private void vsock(int port) throws FaultException {
    LinuxSocket socket;
    try {
      socket = LinuxSocket.newVSockStream();
    } catch (ChannelException unsupported) {
      notes.add("This machine has no VSOCK (" + unsupported.getMessage() + "): it is left out.");
      return;
    }
    try {
      socket.bindVSock(new VSockAddress(VSockAddress.VMADDR_CID_ANY, port));
      socket.listen(BACKLOG);
      add(socket, "echo hello | socat - VSOCK-CONNECT:1:" + port);
    } catch (IOException refused) {
      notes.add("VSOCK port " + port + " cannot be opened (" + refused.getMessage() + ").");
    }
  }

  private void unix() throws FaultException {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        made.addFirst(folder);
      }
      Path stream = folder.resolve("echo.sock");
      LinuxSocket socket = LinuxSocket.newSocketDomain();
      // Netty removes a socket that an earlier run left behind.
      socket.bind(new DomainSocketAddress(stream.toString()));
      made.add(stream);
      socket.listen(BACKLOG);
      add(socket, "echo hello | socat - unix:" + stream);

      Path datagram = folder.resolve("echo.dgram");
      socket = LinuxSocket.newSocketDomainDgram();
      socket.bind(new DomainSocketAddress(datagram.toString()));
      made.add(datagram);
      add(
          socket,
          "echo hello | socat - unix-sendto:" + datagram + ",bind=" + folder + "/client.$$");
    } catch (IOException | ChannelException refused) {
      faults.add(
          Fault.activation(
              "Unix sockets cannot be opened in "
                  + folder
                  + " ("
                  + refused.getMessage()
                  + "); choose another folder with --dir"));
    }
  }

  private void add(LinuxSocket socket, String attempt) throws FaultException {
    InheritedFd fd = new InheritedFd(socket.intValue(), ECHO);
    opened.add(new Opened(SocketInspector.inspect(List.of(fd)).getFirst(), attempt));
  }

  /** Removes the Unix sockets, and the folder if it was made here and holds nothing else. */
  @Override
  public void close() {
    for (Path path : made.reversed()) {
      try {
        if (!Files.isDirectory(path) || isEmpty(path)) {
          Files.deleteIfExists(path);
        }
      } catch (IOException refused) {
        System.err.println("fdgate: " + path + " is left behind: " + refused);
      }
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }
}
