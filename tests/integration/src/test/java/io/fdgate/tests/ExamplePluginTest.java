package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project in examples/quote-protocol, its jar dropped into a distribution. */
final class ExamplePluginTest {
  private static final Path JAR = Path.of(System.getProperty("fdgate.example", ""));

  @TempDir private Path folder;
  private String fdgate = "";

  @BeforeEach
  void install() throws Exception {
    Path home = folder.resolve("fdgate");
    Distribution.Ended copied =
        Distribution.run(
            new ProcessBuilder("cp", "-a", Distribution.HOME.toString(), home.toString()));
    assertThat(copied.status()).as(copied.err()).isZero();
    Files.copy(JAR, home.resolve("lib/quote-protocol.jar"), StandardCopyOption.REPLACE_EXISTING);
    fdgate = home.resolve("bin/fdgate").toString();
  }

  @Test
  void saysItsQuotesOnStreamsAndDatagrams() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("fdgate.toml"), "[sockets.quote]\nquotes = [\"one\", \"two\"]\n");
    try (Handover handover =
        Handover.startCommand(
            List.of(fdgate, "--config", file.toString()),
            "--names",
            "quote:quote",
            "tcp4:127.0.0.1:0",
            "udp4:127.0.0.1:0")) {
      handover.awaitLine("ready after ");
      String stream = "tcp4:127.0.0.1:" + handover.port(0);
      assertThat(Socat.exchange("", stream)).isEqualTo("one\n");
      assertThat(Socat.exchange("", stream)).isEqualTo("two\n");
      String datagram = "udp4:127.0.0.1:" + handover.port(1);
      assertThat(Socat.exchange("?", datagram)).isEqualTo("one\n");
    }
  }

  @Test
  void itsSettingsAreCheckedAndListed() throws Exception {
    Path file =
        Files.writeString(folder.resolve("fdgate.toml"), "[sockets.quote]\nquotes = \"one\"\n");
    Distribution.Ended checked =
        Distribution.run(new ProcessBuilder(fdgate, "check", file.toString()));
    assertThat(checked.status()).isEqualTo(78);
    assertThat(checked.err()).contains(file + ":2: [sockets.quote] quotes is \"one\" (expected: ");
    assertThat(Distribution.run(new ProcessBuilder(fdgate, "--help")).out())
        .contains("quote    says a quote to each connection and each datagram");
    assertThat(Distribution.run(new ProcessBuilder(fdgate, "generate", "configuration.md")).out())
        .contains("## Protocol quote", "`[\"Simple beats clever.\"]`");
  }
}
