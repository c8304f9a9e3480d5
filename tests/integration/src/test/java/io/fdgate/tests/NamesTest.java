package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which protocol a name chooses. */
final class NamesTest {
  private static final String PLUGIN =
      """
      import io.fdgate.protocol.*;
      import io.netty.buffer.Unpooled;
      import io.netty.channel.*;
      import java.nio.charset.StandardCharsets;
      public final class Greeting implements StreamProtocol {
        public String name() { return "greeting"; }
        public String summary() { return "says hello and closes"; }
        public ConnectionInitializer connections(SocketContext socket) {
          return connection -> connection.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override public void channelActive(ChannelHandlerContext ctx) {
              ctx.writeAndFlush(Unpooled.copiedBuffer("hello from a jar", StandardCharsets.UTF_8))
                  .addListener(ChannelFutureListener.CLOSE);
            }
          });
        }
      }
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "echo, its name",
    "echo.socket, its name without .socket",
    "echo@demo.socket, its name without @instance",
    "echo@a@b, its name without @instance"
  })
  void nameOfAProtocolChoosesIt(String name, String rule) throws Exception {
    try (Handover fdgate = Handover.ready("--names", name, "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitLine("serving echo"))
          .contains("(fd 3 (name \"" + name + "\"), chosen by " + rule + ")");
    }
  }

  @Test
  void unknownNamesAreFaultsThatListWhatIsKnown() throws Exception {
    Path file = write("[sockets.calls]\nprotocol = \"echo\"\n");
    try (Handover fdgate =
        Handover.start(
            "--env",
            "FDGATE_CONFIG=" + file,
            "--names",
            "echo:web::echo",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output())
          .contains("fd 4 (name \"web\"), tcp 127.0.0.1:" + fdgate.port(1))
          .contains("fd 5 (name \"\"), udp 127.0.0.1:" + fdgate.port(2))
          .contains("(calls)")
          .contains("echo")
          .doesNotContain("ready");
    }
  }

  @Test
  void configurationMapsNamesAndTheDefaultTakesTheRest() throws Exception {
    Path file = write("default_protocol = \"echo\"\n[sockets.\"calls@1\"]\nstream = \"echo\"\n");
    try (Handover fdgate =
        Handover.ready(
            "--env",
            "FDGATE_CONFIG=" + file,
            "--names",
            "calls@1.socket:other",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("chosen by [sockets.calls@1]");
      fdgate.awaitLine("chosen by default_protocol");
    }
  }

  @Test
  void withoutNamesEachSocketIsUnknown() throws Exception {
    Path file = write("[sockets.unknown]\nprotocol = \"echo\"\n");
    try (Handover fdgate =
        Handover.ready("--env", "FDGATE_CONFIG=" + file, "tcp4:127.0.0.1:0", "udp4:127.0.0.1:0")) {
      assertThat(fdgate.output()).contains("fd 3 (name \"unknown\")", "fd 4 (name \"unknown\")");
    }
  }

  @Test
  void jarDroppedIntoLibAddsAProtocol() throws Exception {
    Path home = Plugin.distribution(folder, "Greeting", PLUGIN);
    Path file = write("[sockets.mixed]\nstream = \"greeting\"\ndatagram = \"echo\"\n");
    try (Handover fdgate =
        Handover.startCommand(
            List.of(home.resolve("bin/fdgate").toString(), "--config", file.toString()),
            "--names",
            "greeting:mixed:mixed",
            "tcp4:127.0.0.1:0",
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0")) {
      fdgate.awaitLine(" ready after ");
      for (int i = 0; i < 2; i++) {
        try (Client client = Client.connect(fdgate.port(i))) {
          assertThat(client.receiveToEnd()).isEqualTo("hello from a jar".getBytes(UTF_8));
        }
      }
      assertThat(Socat.exchange("x\n", "udp4:127.0.0.1:" + fdgate.port(2))).isEqualTo("x\n");
    }
  }

  @Test
  void protocolThatDoesNotServeTheKindIsAFault() throws Exception {
    Path home = Plugin.distribution(folder, "Greeting", PLUGIN);
    try (Handover fdgate =
        Handover.startCommand(
            List.of(home.resolve("bin/fdgate").toString()),
            "--names",
            "greeting",
            "udp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isOne();
      assertThat(fdgate.output())
          .contains("protocol greeting (chosen by its name) does not serve datagram sockets")
          .contains("greeting (streams only)");
    }
  }

  @Test
  void brokenPluginIsAFaultAndNotASilentLoss() throws Exception {
    Path home = folder.resolve("fdgate");
    Plugin.copy(Distribution.HOME, home);
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(home.resolve("lib/broken.jar")))) {
      Plugin.service(jar, "no.such.Protocol");
    }
    try (Handover fdgate =
        Handover.startCommand(
            List.of(home.resolve("bin/fdgate").toString()),
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isEqualTo(78);
      assertThat(fdgate.output()).contains("a protocol cannot be loaded").contains("lib/");
    }
  }

  private Path write(String toml) throws IOException {
    return Files.writeString(folder.resolve("fdgate.toml"), toml);
  }
}
