package io.fdgate.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads any text as a configuration file. */
class ConfigurationFuzzTest {
  private static final Pattern LOCATED = Pattern.compile("f\\.toml:(\\d+): [\\s\\S]+");

  @FuzzTest(maxDuration = "10s")
  void givesACheckedConfigurationOrFaultsWithTheirPlace(byte[] data) throws FaultException {
    String text = new String(data, StandardCharsets.UTF_8);
    ProtocolRegistry protocols = ProtocolRegistry.load();
    Configuration configuration;
    try {
      configuration = ConfigurationFile.parse("f.toml", text, protocols);
    } catch (FaultException refused) {
      assertThat(refused.faults()).isNotEmpty();
      refused.faults().forEach(fault -> assertLocated(fault, text));
      return;
    }
    assertThat(configuration.threads()).isBetween(1, 1024);
    assertThat(configuration.drainTimeout()).isBetween(Duration.ZERO, Duration.ofHours(1));
    configuration.defaultProtocol().ifPresent(name -> assertThat(protocols.find(name)).isPresent());
    for (SocketTable table : configuration.sockets().values()) {
      table.stream().ifPresent(name -> assertThat(protocols.find(name)).isPresent());
      table.datagram().ifPresent(name -> assertThat(protocols.find(name)).isPresent());
    }
  }

  private static void assertLocated(Fault fault, String text) {
    assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
    Matcher located = LOCATED.matcher(fault.message());
    assertThat(located.matches()).as(fault.message()).isTrue();
    long lines = text.chars().filter(c -> c == '\n').count() + 1;
    assertThat(Integer.parseInt(located.group(1))).isBetween(1, (int) lines);
  }
}
