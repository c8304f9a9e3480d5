package io.fdgate.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.protocol.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationFileTest {
  @TempDir private Path folder;

  @Test
  void emptyFileIsTheDefaults() throws Exception {
    assertThat(load("")).isEqualTo(Configuration.DEFAULTS);
  }

  @Test
  void everyKeyIsRead() throws Exception {
    Configuration configuration =
        load(
            """
            default_protocol = "echo"
            drain_timeout = "1min 30s"
            threads = 3
            [log]
            level = "debug"
            logback = "/etc/logback.xml"
            [sockets."calls@1"]
            stream = "echo"
            [sockets]
            other.protocol = "echo"
            """);
    assertThat(configuration.defaultProtocol()).contains("echo");
    assertThat(configuration.drainTimeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(configuration.threads()).isEqualTo(3);
    assertThat(configuration.log().level()).isEqualTo("debug");
    assertThat(configuration.log().logback()).contains("/etc/logback.xml");
    assertThat(configuration.tableFor("calls@1.socket").orElseThrow().stream()).contains("echo");
    assertThat(configuration.tableFor("other").orElseThrow().datagram()).contains("echo");
    assertThat(configuration.tableFor("none")).isEmpty();
  }

  @Test
  void mostExactTableWins() throws Exception {
    Configuration configuration =
        load("[sockets.a]\nstream = \"echo\"\n[sockets.\"a@1\"]\ndatagram = \"echo\"\n");
    assertThat(configuration.tableFor("a@1.socket").orElseThrow().name()).isEqualTo("a@1");
    assertThat(configuration.tableFor("a@2.socket").orElseThrow().name()).isEqualTo("a");
  }

  @Test
  void faultsCarryTheLineOfTheirKey() {
    assertThat(
            faults(
                """
                # a comment

                thread = 1

                [log]

                level = 1
                colour = true
                [sockets.x]
                protocol = 1
                """))
        .satisfiesExactlyInAnyOrder(
            fault -> assertThat(fault).contains(":3: unknown key \"thread\"", "\"threads\""),
            fault -> assertThat(fault).contains(":7: [log] level is 1 (expected:"),
            fault -> assertThat(fault).contains(":8: [log] unknown key \"colour\""),
            fault -> assertThat(fault).contains(":10: protocol is 1 (expected:"));
  }

  @Test
  void tableThatIsNoneIsAFault() {
    assertThat(faults("log = 1\nsockets = \"x\"\n")).hasSize(2);
    assertThat(faults("[sockets]\nx = 1\n")).singleElement().asString().contains(":2:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a = ",
        "a = 1 2",
        "[log",
        "a = \"",
        "a = 1\na = 2",
        "a.b = 1\n[a]\nb.c = 2\n",
        "[log]\nlevel = \"info\"\n[log]\nlogback = \"x\"\n"
      })
  void otherTextIsAFaultOfTheFile(String text) {
    assertThat(faults(text)).singleElement().asString().contains("fdgate.toml:");
  }

  @Test
  void missingFileIsAFault() {
    assertThatThrownBy(
            () -> ConfigurationFile.load(folder.resolve("none"), ProtocolRegistry.load()))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("none");
  }

  @Test
  void keyInTheWrongTableIsToldWhereItBelongs() {
    for (Setting<?> global : Configuration.GLOBAL) {
      assertThat(faults("[sockets.echo]\n" + global.key() + " = 1\n"))
          .singleElement()
          .asString()
          .contains("\"" + global.key() + "\"; it belongs at the top level, above every table;");
    }
    assertThat(faults("max_connections = 1\n"))
        .singleElement()
        .asString()
        .contains("; it belongs in [sockets.NAME];");
    assertThat(faults("root = \"/srv\"\n[log]\nthreads = 1\n"))
        .satisfiesExactly(
            fault -> assertThat(fault).contains("; it belongs in [sockets.NAME] of protocol http;"),
            fault -> assertThat(fault).contains("; it belongs at the top level, above every"));
    assertThat(faults("[sockets.http]\nlevel = \"debug\"\n"))
        .singleElement()
        .asString()
        .contains("; it belongs in [log];");
  }

  @Test
  void nearestKeyIsOnlyNamedWhenItIsNear() {
    assertThat(NearestKey.to("thread", List.of("threads", "log"))).contains("threads");
    assertThat(NearestKey.to("zzzzzzzz", List.of("threads", "log"))).isEmpty();
    assertThat(NearestKey.to("x", List.of())).isEmpty();
  }

  private List<String> faults(String text) {
    try {
      throw new AssertionError("no fault: " + load(text));
    } catch (FaultException fault) {
      assertThat(fault.exitStatus()).isEqualTo(78);
      return fault.faults().stream().map(Fault::message).toList();
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  private Configuration load(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("fdgate.toml"), text);
    return ConfigurationFile.load(file, ProtocolRegistry.load());
  }
}
