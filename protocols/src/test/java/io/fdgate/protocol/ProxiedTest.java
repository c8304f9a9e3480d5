package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where connections come from, as log lines say it. */
final class ProxiedTest {
  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path temp;

  @BeforeAll
  static void load() {
    Epoll.ensureAvailability();
  }

  @Test
  void theNameThatAUnixPeerChoseForgesNoLogLine() throws Exception {
    assertThat(source(temp.resolve("a\n<3>forged\u001b[2J").toString()))
        .isEqualTo(temp + "/a?<3>forged?[2J");
    assertThat(source("\0abstract\0name")).isEqualTo("@abstract?name");
  }

  @Test
  void aUnixPeerWithoutANameIsCalledThat() throws Exception {
    assertThat(source("")).isEqualTo("unnamed");
  }

  @Test
  void aTcpPeerHasItsAddress() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      LinuxSocket client = LinuxSocket.newSocketStream(false);
      client.connect((InetSocketAddress) server.getLocalSocketAddress());
      EpollSocketChannel connection = new EpollSocketChannel(client.intValue());
      assertThat(Proxied.source(connection)).isEqualTo("127.0.0.1:" + server.getLocalPort());
      client.close();
    }
  }

  @Test
  void aConnectionThatIsClosedIsNotTakenForTheNextWithItsDescriptor() throws Exception {
    Endpoint local = Endpoint.Unix.ofPath("/listener");
    Socket client = Socket.newSocketDomain();
    EpollDomainSocketChannel closed = new EpollDomainSocketChannel(client.intValue());
    assertThat(PeerIdentity.of(closed, local)).isInstanceOf(PeerIdentity.Credentials.class);
    closed.unsafe().closeForcibly();
    Socket next = Socket.newSocketDomain();
    assertThat(PeerIdentity.of(closed, local)).isEqualTo(new PeerIdentity.Gone());
    assertThat(Proxied.source(closed)).isEqualTo("(peer gone)");
    next.close();
  }

  /** What is said of a Unix peer that has bound itself to a name, or not if it is empty. */
  private String source(String name) throws Exception {
    String path = temp.resolve("listener").toString();
    Socket listener = Socket.newSocketDomain();
    Socket client = Socket.newSocketDomain();
    listener.bind(new DomainSocketAddress(path));
    listener.listen(1);
    if (!name.isEmpty()) {
      client.bind(new DomainSocketAddress(name));
    }
    client.connect(new DomainSocketAddress(path));
    // Netty fills in an address, which is at most that long.
    int accepted = listener.accept(new byte[26]);
    try {
      return Proxied.source(new EpollDomainSocketChannel(accepted));
    } finally {
      new Socket(accepted).close();
      client.close();
      listener.close();
      Path.of(path).toFile().delete();
    }
  }
}
