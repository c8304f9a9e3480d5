package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Things break around fdgate, and what does not depend on them goes on. */
final class FaultsTest {
  // Its exceptions have no stack trace, which elsewhere fails a test.
  private static final String FAULTY =
      """
      import io.fdgate.protocol.*;
      import io.netty.channel.*;
      import java.util.List;
      public final class Faulty implements StreamProtocol {
        static final Setting<String> WHERE =
            Setting.choice("where", "configure", List.of("configure", "init", "handler", "block"), "");
        static final class Broken extends RuntimeException {
          Broken() { super("broken on purpose", null, false, false); }
        }
        public String name() { return "faulty"; }
        public String summary() { return "breaks"; }
        public List<Setting<?>> settings() { return List.of(WHERE); }
        public ConnectionInitializer connections(SocketContext socket) {
          String where = socket.settings().get(WHERE);
          if (where.equals("configure")) { throw new Broken(); }
          return connection -> {
            if (where.equals("init")) { throw new Broken(); }
            connection.pipeline().addLast(new ChannelInboundHandlerAdapter() {
              @Override public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (where.equals("handler")) { throw new Broken(); }
                System.err.println("an event loop is blocked");
                while (true) { java.util.concurrent.locks.LockSupport.park(); }
              }
            });
          };
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void protocolThatFailsWhenItIsPreparedIsAFaultOfTheStart() throws Exception {
    try (Handover fdgate = faulty("configure")) {
      assertThat(fdgate.awaitExit()).isEqualTo(78);
      assertThat(fdgate.output())
          .contains("protocol faulty failed while it was prepared")
          .contains("broken on purpose");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "init,protocol faulty cannot serve a connection of",
    "handler,a protocol failed on connection",
  })
  void protocolThatFailsOnAConnectionLosesThatOneOnly(String where, String line) throws Exception {
    try (Handover fdgate = faulty(where)) {
      fdgate.awaitLine("ready after ");
      try (Client client = Client.connect(fdgate.port(0))) {
        if (where.equals("handler")) {
          client.send("x");
        }
        assertThat(client.receiveToEnd()).isEmpty();
      }
      fdgate.awaitLine(line);
      assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(1))).isEqualTo("x");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void blockedEventLoopDoesNotKeepTheServiceFromEnding() throws Exception {
    try (Handover fdgate = faulty("block")) {
      fdgate.awaitLine("ready after ");
      try (Client client = Client.connect(fdgate.port(0))) {
        client.send("x");
        fdgate.awaitLine("an event loop is blocked");
        fdgate.signal("TERM");
        assertThat(fdgate.awaitExit()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/full", "gone"})
  void logThatCannotBeWrittenStopsNothing(String log) throws Exception {
    try (Handover fdgate =
        Handover.start(
            "--log",
            log,
            "--notify",
            folder.resolve("notify").toString(),
            "--names",
            "echo:http",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0")) {
      fdgate.controlLine("notified READY=1");
      for (int i = 0; i < 3; i++) {
        assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("x");
        assertThat(
                Socat.exchange(
                    "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    "tcp4:127.0.0.1:" + fdgate.port(1)))
            .startsWith("HTTP/1.1 200 OK");
      }
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  private Handover faulty(String where) throws IOException {
    Path home = Plugin.distribution(folder, "Faulty", FAULTY);
    Path file =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            "drain_timeout = \"1s\"\nthreads = 2\n[sockets.faulty]\nwhere = \"" + where + "\"\n");
    return Handover.startCommand(
        List.of(home.resolve("bin/fdgate").toString(), "--config", file.toString()),
        "--names",
        "faulty:echo",
        "tcp4:127.0.0.1:0",
        "tcp4:127.0.0.1:0");
  }
}
