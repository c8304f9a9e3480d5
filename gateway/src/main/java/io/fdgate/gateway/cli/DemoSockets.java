package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedFd;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.SocketInspector;
import io.fdgate.protocol.SystemError;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.Inet6Address;
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
  private static final int HTTP_OFFSET = 80;
  private static final int LINE_OFFSET = 70;
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
   * @param wantedPort for echo; http is served 80 above it and line 70; 0 for free ones
   */
  List<InheritedSocket> open(int wantedPort) throws FaultException {
    InetAddress ipv4 = InetAddress.ofLiteral("127.0.0.1");
    InetAddress ipv6 = InetAddress.ofLiteral("::1");
    int port = tcp(ECHO, ipv4, wantedPort);
    boolean hasIpv6 = Files.exists(Path.of("/proc/net/if_inet6"));
    if (hasIpv6) {
      tcp(ECHO, ipv6, port);
    } else {
      notes.add("This machine has no IPv6: tcp6 and udp6 are left out.");
    }
    udp(ipv4, port);
    if (hasIpv6) {
      udp(ipv6, port);
    }
    vsock(port);
    tcp("http", ipv4, wantedPort == 0 ? 0 : port + HTTP_OFFSET);
    tcp("line", ipv4, wantedPort == 0 ? 0 : port + LINE_OFFSET);
    if (faults.isEmpty()) {
      unix();
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    return opened.stream().map(Opened::socket).toList();
  }

  private int tcp(String name, InetAddress address, int port) throws FaultException {
    try {
      LinuxSocket socket = LinuxSocket.newSocketStream(address instanceof Inet6Address);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      socket.listen(BACKLOG);
      int bound = socket.localAddress().getPort();
      String socat = (address instanceof Inet6Address ? "tcp6:[::1]:" : "tcp4:127.0.0.1:") + bound;
      add(
          socket,
          name,
          switch (name) {
            case "http" -> "curl localhost:" + bound;
            case "line" -> "echo HELP | nc -N localhost " + bound;
            default -> "echo hello | socat - " + socat;
          });
      return bound;
    } catch (IOException | ChannelException refused) {
      faults.add(unopened("TCP", port, refused));
      return port;
    }
  }

  private void udp(InetAddress address, int port) throws FaultException {
    boolean ipv6 = address instanceof Inet6Address;
    try {
      LinuxSocket socket = LinuxSocket.newSocketDgram(ipv6);
      socket.bind(new InetSocketAddress(address, port));
      add(
          socket,
          ECHO,
          "echo hello | socat - " + (ipv6 ? "udp6:[::1]:" : "udp4:127.0.0.1:") + port);
    } catch (IOException | ChannelException refused) {
      faults.add(unopened("UDP", port, refused));
    }
  }

  private static Fault unopened(String kind, int port, Exception refused) {
    return Fault.activation(
        kind
            + " port "
            + port
            + " cannot be opened ("
            + SystemError.text(refused)
            + "); choose another with --port, or --port 0 for free ones");
  }

  private void vsock(int port) throws FaultException {
    LinuxSocket socket;
    try {
      socket = LinuxSocket.newVSockStream();
    } catch (ChannelException unsupported) {
      notes.add(
          "This machine has no VSOCK (" + SystemError.text(unsupported) + "): it is left out.");
      return;
    }
    try {
      socket.bindVSock(new VSockAddress(VSockAddress.VMADDR_CID_ANY, port));
      socket.listen(BACKLOG);
      boolean loopback = Files.isDirectory(Path.of("/sys/module/vsock_loopback"));
      add(
          socket,
          ECHO,
          loopback
              ? "echo hello | socat - VSOCK-CONNECT:1:" + port
              : "in a virtual machine of this host: socat - VSOCK-CONNECT:2:" + port);
    } catch (IOException refused) {
      notes.add("VSOCK port " + port + " cannot be opened (" + SystemError.text(refused) + ").");
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
      add(socket, ECHO, "echo hello | socat - unix:" + stream);

      Path web = folder.resolve("http.sock");
      socket = LinuxSocket.newSocketDomain();
      socket.bind(new DomainSocketAddress(web.toString()));
      made.add(web);
      socket.listen(BACKLOG);
      add(socket, "http", "curl --unix-socket " + web + " localhost/whoami");

      Path datagram = folder.resolve("echo.dgram");
      socket = LinuxSocket.newSocketDomainDgram();
      socket.bind(new DomainSocketAddress(datagram.toString()));
      made.add(datagram);
      add(
          socket,
          ECHO,
          "echo hello | socat - unix-sendto:" + datagram + ",bind=" + folder + "/client.$$");
    } catch (IOException | ChannelException refused) {
      faults.add(
          Fault.activation(
              "Unix sockets cannot be opened in "
                  + folder
                  + " ("
                  + SystemError.text(refused)
                  + "); choose another folder with --dir"));
    }
  }

  private void add(LinuxSocket socket, String name, String attempt) throws FaultException {
    InheritedFd fd = new InheritedFd(socket.intValue(), name);
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
