package io.fdgate.gateway.activation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fdgate.gateway.FaultException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Reads any values as the activation environment: one on each line of the input, - for none. */
class ListenEnvironmentFuzzTest {
  private static final List<String> VARIABLES =
      List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID");
  private static final long PID = 42;
  private static final long INODE = 4711;

  @FuzzTest(maxDuration = "10s")
  void givesADescriptorForEachNameOrFaults(byte[] data) {
    String input = new String(data, StandardCharsets.UTF_8);
    Map<String, String> environment = environment(input);
    ListenEnvironment parsed;
    try {
      parsed = ListenEnvironment.parse(environment, PID, () -> OptionalLong.of(INODE));
    } catch (FaultException refused) {
      assertThat(refused.faults()).isNotEmpty();
      refused.faults().forEach(fault -> assertThat(fault.message()).startsWith("LISTEN_"));
      return;
    }
    if (parsed.notForUs().isPresent()) {
      assertThat(parsed.fds()).isEmpty();
      assertThat(environment).containsKey("LISTEN_PID");
    }
    if (!parsed.fds().isEmpty()) {
      assertThat(parsed.fds().size()).isEqualTo(Integer.parseInt(environment.get("LISTEN_FDS")));
      List<String> names = parsed.fds().stream().map(InheritedFd::name).toList();
      assertThat(String.join(":", names))
          .isEqualTo(
              environment.getOrDefault(
                  "LISTEN_FDNAMES", String.join(":", names.stream().map(_ -> "unknown").toList())));
      for (int i = 0; i < parsed.fds().size(); i++) {
        assertThat(parsed.fds().get(i).fd()).isEqualTo(ListenEnvironment.FIRST_FD + i);
      }
    }
  }

  private static Map<String, String> environment(String input) {
    String[] values = input.split("\n", -1);
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < Math.min(values.length, VARIABLES.size()); i++) {
      if (!values[i].equals("-")) {
        environment.put(VARIABLES.get(i), values[i]);
      }
    }
    return environment;
  }
}
