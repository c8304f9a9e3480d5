package io.fdgate.gateway.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedSocket.Role;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of real sockets; the process tests have those that Java cannot make. */
final class SocketInspectorTest {
  @TempDir private Path folder;

  @BeforeAll
  static void load() {
    Epoll.ensureAvailability();
  }

  @Test
  void listeningTcpSocketIsAListener() throws Exception {
    LinuxSocket socket = LinuxSocket.newSocketStream(false);
    try {
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
      socket.listen(1);
      InheritedSocket seen = inspect(socket);
      assertThat(seen.role()).isEqualTo(Role.LISTENER);
      assertThat(seen.kind()).isEqualTo("tcp");
      assertThat(seen.address()).hasToString("127.0.0.1:" + socket.localAddress().getPort());
      assertThat(seen.nonBlocking()).isTrue();
    } finally {
      socket.close();
    }
  }

  @Test
  void unixDatagramSocketIsBoundToItsPath() throws Exception {
    LinuxSocket socket = LinuxSocket.newSocketDomainDgram();
    try {
      Path path = folder.resolve("sock");
      socket.bind(new DomainSocketAddress(path.toString()));
      InheritedSocket seen = inspect(socket);
      assertThat(seen.role()).isEqualTo(Role.DATAGRAM);
      assertThat(seen.kind()).isEqualTo("unix-datagram");
      assertThat(seen.address()).hasToString(path.toString());
    } finally {
      socket.close();
    }
  }

  @Test
  void allUnusableDescriptorsAreToldTogether() throws Exception {
    LinuxSocket unbound = LinuxSocket.newSocketStream(false);
    try {
      assertThatThrownBy(() ->
              SocketInspector.inspect(
                  List.of(
                      new InheritedFd(unbound.intValue(), "a"), new InheritedFd(1_000_000, "b"))))
          .isInstanceOfSatisfying(
              FaultException.class, fault -> assertThat(fault.faults()).hasSize(2));
    } finally {
      unbound.close();
    }
  }

  @Test
  void ownPidfdHasAnInodeOfItsOwn() {
    assertThat(OwnPidfd.inode()).isEqualTo(OwnPidfd.inode());
  }

  private static InheritedSocket inspect(LinuxSocket socket) throws FaultException {
    return SocketInspector.inspect(List.of(new InheritedFd(socket.intValue(), "name"))).getFirst();
  }
}
