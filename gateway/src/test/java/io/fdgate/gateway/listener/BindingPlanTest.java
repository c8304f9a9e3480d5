package io.fdgate.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which protocol serves which name, with a protocol for streams alone beside echo. */
final class BindingPlanTest {
  @TempDir private Path folder;

  /** Found through this module's test resources. */
  public static final class Particular implements StreamProtocol {
    private static final Setting<Integer> EVEN = Setting.integer("even", 2, 0, 100, "");

    @Override
    public String name() {
      return "particular";
    }

    @Override
    public String summary() {
      return "wants an even number";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of(EVEN);
    }

    @Override
    public ConnectionInitializer connections(SocketContext socket) throws SettingException {
      if (socket.settings().get(EVEN) % 2 == 1) {
        throw new SettingException("even", "is odd (expected: an even number)");
      }
      if (socket.settings().get(EVEN) == 66) {
        throw new IllegalStateException("a bug");
      }
      return _ -> {};
    }
  }

  @Test
  void tableComesBeforeTheProtocolOfThatName() throws Exception {
    Binding binding = plan("[sockets.echo]\nstream = \"particular\"\n").bind(stream("echo"));
    assertThat(binding.protocol().name()).isEqualTo("particular");
    assertThat(binding.rule()).isEqualTo("[sockets.echo]");
  }

  @Test
  void tableForTheOtherSideLeavesTheName() throws Exception {
    BindingPlan plan = plan("[sockets.echo]\nstream = \"particular\"\n");
    assertThat(plan.bind(datagram("echo")).rule()).isEqualTo("its name");
  }

  @Test
  void streamAndDatagramOfOneNameMayDiffer() throws Exception {
    BindingPlan plan = plan("[sockets.both]\nstream = \"particular\"\ndatagram = \"echo\"\n");
    assertThat(plan.bind(stream("both")).protocol().name()).isEqualTo("particular");
    assertThat(plan.bind(datagram("both")).protocol().name()).isEqualTo("echo");
  }

  @Test
  void nameComesBeforeTheDefault() throws Exception {
    BindingPlan plan = plan("default_protocol = \"particular\"\n");
    assertThat(plan.bind(stream("echo@x.socket")).rule()).isEqualTo("its name without @instance");
    assertThat(plan.bind(stream("other")).rule()).isEqualTo("default_protocol");
  }

  @Test
  void nothingIsServedSilently() throws Exception {
    BindingPlan plan = plan("");
    for (String name : List.of("", "ECHO", "echo2", "@echo", "echo.socket.socket", "unknown")) {
      assertThatThrownBy(() -> plan.bind(stream(name)))
          .as(name)
          .isInstanceOf(FaultException.class)
          .hasMessageContaining("this name chooses no protocol")
          .hasMessageContaining("particular (streams only)");
    }
  }

  @Test
  void defaultThatDoesNotServeTheKindIsAFault() throws Exception {
    BindingPlan plan = plan("default_protocol = \"particular\"\n");
    assertThatThrownBy(() -> plan.bind(datagram("x")))
        .hasMessageContaining("does not serve datagram sockets")
        .hasMessageContaining("ListenDatagram=");
  }

  @Test
  void settingsGoToTheProtocolAndFaultsToTheirLine() throws Exception {
    assertThatThrownBy(() -> plan("\n[sockets.particular]\neven = 3\n").bind(stream("particular")))
        .isInstanceOfSatisfying(
            FaultException.class, fault -> assertThat(fault.exitStatus()).isEqualTo(78))
        .hasMessageContaining("fdgate.toml:3: even is odd (expected: an even number)");
  }

  @Test
  void protocolThatThrowsIsAFaultWithItsName() throws Exception {
    assertThatThrownBy(() -> plan("[sockets.particular]\neven = 66\n").bind(stream("particular")))
        .hasMessageContaining("protocol particular failed while it was prepared")
        .hasMessageContaining("a bug");
  }

  @Test
  void faultsOfAllSocketsAreToldTogether() throws Exception {
    assertThatThrownBy(
            () -> plan("").bind(List.of(stream("a"), stream("echo"), datagram("particular"))))
        .isInstanceOfSatisfying(
            FaultException.class, fault -> assertThat(fault.faults()).hasSize(2));
  }

  private BindingPlan plan(String toml) throws Exception {
    ProtocolRegistry protocols = ProtocolRegistry.load();
    Path file = Files.writeString(folder.resolve("fdgate.toml"), toml);
    Configuration configuration = ConfigurationFile.load(file, protocols);
    return new BindingPlan(configuration, protocols);
  }

  private static InheritedSocket stream(String name) {
    return socket(name, InheritedSocket.Role.LISTENER);
  }

  private static InheritedSocket datagram(String name) {
    return socket(name, InheritedSocket.Role.DATAGRAM);
  }

  private static InheritedSocket socket(String name, InheritedSocket.Role role) {
    Endpoint address = Endpoint.Unix.ofPath("/run/x");
    return new InheritedSocket(3, name, InheritedSocket.Family.UNIX, role, address, false, false);
  }
}
