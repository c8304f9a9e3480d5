package io.fdgate.gateway.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdgate.gateway.FaultException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** sd_listen_fds_with_names(3), rule by rule. */
final class ListenEnvironmentTest {
  private static final long PID = 42;

  @Test
  void withoutVariablesThereAreNoSockets() throws Exception {
    ListenEnvironment none = parse(Map.of());
    assertThat(none.fds()).isEmpty();
    assertThat(none.notForUs()).isEmpty();
  }

  @Test
  void withoutACountThereAreNoSockets() throws Exception {
    assertThat(parse(Map.of("LISTEN_PID", "42")).fds()).isEmpty();
  }

  @Test
  void withoutAPidTheCountIsNotForUs() throws Exception {
    assertThat(parse(Map.of("LISTEN_FDS", "x", "LISTEN_FDNAMES", "a")).fds()).isEmpty();
  }

  @Test
  void socketsOfAnotherProcessAreNotRead() throws Exception {
    ListenEnvironment other = parse(Map.of("LISTEN_PID", "41", "LISTEN_FDS", "garbage"));
    assertThat(other.fds()).isEmpty();
    assertThat(other.notForUs().orElseThrow()).contains("LISTEN_PID is 41", "process 42", "exec");
  }

  @Test
  void processOneSuspectsAContainersInit() throws Exception {
    ListenEnvironment other = parse(Map.of("LISTEN_PID", "1", "LISTEN_FDS", "1"));
    assertThat(other.notForUs().orElseThrow()).contains("--init");
  }

  @Test
  void namesAreKeptInOrderEmptyOnesAndTwinsToo() throws Exception {
    assertThat(parse(announce("5", "a::a:b@1.socket:")).fds())
        .containsExactly(
            new InheritedFd(3, "a"),
            new InheritedFd(4, ""),
            new InheritedFd(5, "a"),
            new InheritedFd(6, "b@1.socket"),
            new InheritedFd(7, ""));
  }

  @Test
  void oneEmptyNameIsAName() throws Exception {
    assertThat(parse(announce("1", "")).fds()).containsExactly(new InheritedFd(3, ""));
  }

  @Test
  void withoutNamesAllAreUnknown() throws Exception {
    assertThat(parse(Map.of("LISTEN_PID", "42", "LISTEN_FDS", "2")).fds())
        .containsExactly(new InheritedFd(3, "unknown"), new InheritedFd(4, "unknown"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', a",
    "0, a",
    "-1, a",
    "+1, a",
    "'1 ', a",
    "' 1', a",
    "1x, a",
    "2147483645, a",
    "9223372036854775808, a",
    "٣, a",
    "2, a",
    "1, a:b",
    "1, a:"
  })
  void malformedCountOrMismatchIsAFault(String count, String names) {
    assertThatThrownBy(() -> parse(announce(count, names))).isInstanceOf(FaultException.class);
  }

  @Test
  void hugeCountIsAFaultAndNotAnAllocation() {
    assertThatThrownBy(() -> parse(announce("2147483644", "a"))).isInstanceOf(FaultException.class);
  }

  @Test
  void faultsAreToldTogether() {
    Map<String, String> variables = new HashMap<>(announce("x", "a"));
    variables.put("LISTEN_PIDFDID", "y");
    variables.put("LISTEN_PID", "z");
    assertThatThrownBy(() -> parse(variables))
        .isInstanceOfSatisfying(
            FaultException.class,
            fault -> {
              assertThat(fault.faults()).hasSize(3);
              assertThat(fault.exitStatus()).isOne();
            });
  }

  @Test
  void pidfdDecidesWhereTheKernelCanTell() throws Exception {
    Map<String, String> variables = new HashMap<>(announce("1", "a"));
    variables.put("LISTEN_PIDFDID", "18446744073709551615");
    assertThat(parse(variables, OptionalLong.of(-1)).fds()).hasSize(1);
    assertThat(parse(variables, OptionalLong.empty()).fds()).hasSize(1);
    ListenEnvironment other = parse(variables, OptionalLong.of(7));
    assertThat(other.fds()).isEmpty();
    assertThat(other.notForUs().orElseThrow()).contains("our pidfd has inode 7");
  }

  @Test
  void pidfdIsNotAskedForUnlessAnnounced() throws Exception {
    ListenEnvironment.parse(
        announce("1", "a"),
        PID,
        () -> {
          throw new AssertionError("asked");
        });
  }

  private static Map<String, String> announce(String count, String names) {
    return Map.of("LISTEN_PID", "42", "LISTEN_FDS", count, "LISTEN_FDNAMES", names);
  }

  private static ListenEnvironment parse(Map<String, String> variables) throws FaultException {
    return parse(variables, OptionalLong.empty());
  }

  private static ListenEnvironment parse(Map<String, String> variables, OptionalLong inode)
      throws FaultException {
    return ListenEnvironment.parse(variables, PID, () -> inode);
  }
}
