package io.fdgate.tests;

import static io.fdgate.tests.Backend.receive;
import static io.fdgate.tests.Backend.receiveAll;
import static io.fdgate.tests.Backend.send;
import static io.fdgate.tests.ForwardCase.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that proxies pass on, with the address that they tell. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AcceptProxyTest {
  private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";

  @TempDir private Path folder;

  @Test
  void everyProtocolServesAndShowsTheClient() throws Exception {
    Path backendPath = folder.resolve("up");
    String tables =
        """
        [log]
        level = 'debug'
        [sockets.echo]
        accept_proxy_protocol = '127.0.0.0/8'
        [sockets.line]
        accept_proxy_protocol = '127.0.0.1'
        [sockets.http]
        accept_proxy_protocol = ['10.0.0.0/8', '127.0.0.1']
        endpoints = true
        [sockets.forward]
        upstream = 'unix:%s'
        proxy_protocol = 'v1'
        accept_proxy_protocol = '127.0.0.1'
        """
            .formatted(backendPath);
    try (Backend backend = Backend.unix(backendPath);
        Handover fdgate = start(tables, "echo:line:http:forward", 4)) {
      assertThat(exchange(fdgate.port(0), HEADER + "hello")).isEqualTo("hello");
      fdgate.awaitLine("echo: a connection of 192.0.2.7:4711 by way of 127.0.0.1:");
      assertThat(exchange(fdgate.port(1), HEADER + "WHOAMI\n"))
          .startsWith("OK peer=192.0.2.7:4711 ");
      assertThat(exchange(fdgate.port(2), HEADER + "GET /whoami HTTP/1.0\r\n\r\n"))
          .contains("192.0.2.7:4711");
      fdgate.awaitLine("192.0.2.7 - - [");
      assertThat(curl("http://127.0.0.1:" + fdgate.port(2) + "/whoami")).contains("127.0.0.1:");
      try (SocketChannel client = Backend.connect(fdgate.port(3))) {
        send(client, text(HEADER + "question"));
        client.shutdownOutput();
        try (SocketChannel accepted = backend.accept()) {
          assertThat(receiveAll(accepted)).isEqualTo(text(HEADER + "question"));
          send(accepted, text("answer"));
        }
        assertThat(receiveAll(client)).isEqualTo(text("answer"));
      }
      assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
    }
  }

  @Test
  void oneGatewayPassesTheClientOnToAnother() throws Exception {
    Path between = folder.resolve("between");
    String behind = "[sockets.http]\nendpoints = true\naccept_proxy_protocol = 'unix'\n";
    try (Handover second = start(behind, "http", "unix:" + between);
        Handover first =
            start(
                "[sockets.web]\nprotocol = 'forward'\nproxy_protocol = 'v2'\nupstream = 'unix:"
                    + between
                    + "'\n",
                "web",
                1);
        SocketChannel client = Backend.connect(first.port(0))) {
      int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
      send(client, text("GET /whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
      assertThat(new String(receiveAll(client), UTF_8)).contains("127.0.0.1:" + port);
      second.awaitLine("127.0.0.1 - - [");
    }
  }

  @Test
  void haproxyPassesClientsOnAndLooksAfterUsItself() throws Exception {
    Path behind = folder.resolve("behind");
    Path haproxy =
        Files.writeString(
            folder.resolve("haproxy.cfg"),
            """
            defaults
              mode tcp
              timeout connect 30s
              timeout client 30s
              timeout server 30s
            listen test
              bind fd@3
              server fdgate unix@%s send-proxy-v2 check check-send-proxy inter 200ms
            """
                .formatted(behind));
    String tables = "[log]\nlevel = 'debug'\n[sockets.line]\naccept_proxy_protocol = 'unix'\n";
    try (Handover fdgate = start(tables, "line", "unix:" + behind);
        Handover proxy =
            Handover.startCommand(
                List.of("/usr/sbin/haproxy", "-db", "-f", haproxy.toString()), "tcp4:127.0.0.1:0");
        SocketChannel client = Backend.connect(proxy.port(0))) {
      String expected =
          "OK peer=127.0.0.1:" + ((InetSocketAddress) client.getLocalAddress()).getPort() + " ";
      send(client, text("WHOAMI\n"));
      assertThat(receive(client, expected.length())).isEqualTo(text(expected));
      fdgate.awaitLine("a connection of the proxy itself by way of");
      assertThat(fdgate.output()).doesNotContain("was closed, because");
    }
  }

  @Test
  void peersThatAreNotTrustedAndHeadersThatAreNoneEndTheConnection() throws Exception {
    Path path = folder.resolve("echo");
    String tables =
        """
        [sockets.echo]
        accept_proxy_protocol = '127.0.0.1'
        [sockets.line]
        accept_proxy_protocol = ['unix', '10.0.0.0/8']
        """;
    try (Handover fdgate =
        start(tables, "echo:echo:line", "tcp4:127.0.0.1:0", "unix:" + path, "tcp4:127.0.0.1:0")) {
      assertThat(exchange(fdgate.port(0), "GET / HTTP/1.1\r\n\r\n")).isEmpty();
      fdgate.awaitLine("it did not begin with a PROXY header");
      assertThat(exchange(fdgate.port(2), HEADER + "WHOAMI\n")).isEmpty();
      try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        client.connect(UnixDomainSocketAddress.of(path));
        assertThat(endOf(client)).isEmpty();
      }
      // And the next one is served.
      assertThat(exchange(fdgate.port(0), HEADER + "hello")).isEqualTo("hello");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output())
          .contains("2 connections, 1 broken by the peer")
          .contains("1 connection, 1 broken by the peer");
    }
  }

  @Test
  void connectionThatSystemdAcceptedMayBeginWithAHeader() throws Exception {
    Path file = configuration("[sockets.line]\naccept_proxy_protocol = '127.0.0.1'\n");
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--config", file.toString()),
            "--names",
            "line",
            "accepted:127.0.0.1:0")) {
      int port = Integer.parseInt(fdgate.controlLine("connect "));
      try (SocketChannel client = Backend.connect(port)) {
        send(client, text(HEADER + "WHOAMI\n"));
        assertThat(receive(client, 25)).isEqualTo(text("OK peer=192.0.2.7:4711 so"));
      }
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void wrongEntriesAreFaultsThatSayWhatIsExpected() throws Exception {
    Path file =
        configuration(
            "[sockets.echo]\naccept_proxy_protocol = 'proxy.example'\n"
                + "[sockets.line]\naccept_proxy_protocl = 'unix'\n");
    Distribution.Ended ended = Distribution.run("check", file.toString());
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.out() + ended.err())
        .contains(
            ":2: [sockets.echo] accept_proxy_protocol has \"proxy.example\" (expected: an address")
        .contains(
            ":4: [sockets.line] unknown key \"accept_proxy_protocl\"; did you mean"
                + " \"accept_proxy_protocol\"?");
  }

  private static String curl(String url) throws Exception {
    Distribution.Ended ended =
        Distribution.run(
            Distribution.process(
                List.of(
                    "curl",
                    "-s",
                    "--haproxy-protocol",
                    "--max-time",
                    "30",
                    "--interface",
                    "127.0.0.1",
                    url)));
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out();
  }

  private static String exchange(int port, String sent) throws IOException {
    try (SocketChannel client = Backend.connect(port)) {
      send(client, text(sent));
      client.shutdownOutput();
      return endOf(client);
    } catch (IOException refused) {
      return "";
    }
  }

  /** A close with input unread resets the connection. */
  private static String endOf(SocketChannel client) {
    try {
      return new String(receiveAll(client), UTF_8);
    } catch (IOException reset) {
      return "";
    }
  }

  private Handover start(String tables, String names, int count) throws IOException {
    return start(
        tables,
        names,
        java.util.Collections.nCopies(count, "tcp4:127.0.0.1:0").toArray(new String[0]));
  }

  private Handover start(String tables, String names, String... specs) throws IOException {
    List<String> arguments = new java.util.ArrayList<>(List.of("--names", names));
    arguments.addAll(List.of(specs));
    Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "--config", configuration(tables).toString()),
            arguments.toArray(new String[0]));
    fdgate.awaitLine("ready after ");
    return fdgate;
  }

  private Path configuration(String tables) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "fdgate", ".toml"), tables);
  }
}
