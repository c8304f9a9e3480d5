package io.fdgate.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class EnvironmentChecksTest {
  private static final long PID = 7;

  @Test
  void goodEnvironmentHasNothing() {
    assertThat(check(Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "echo")))
        .isEmpty();
  }

  @Test
  void otherPidIsSaidToBeAnothers() {
    assertThat(check(Map.of("LISTEN_PID", "8", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "echo")))
        .singleElement()
        .asString()
        .startsWith("LISTEN_PID: ")
        .contains("must exec fdgate");
  }

  @Test
  void initInAContainerIsNamed() {
    assertThat(
            check(
                Map.of(
                    "container",
                    "podman",
                    "NOTIFY_SOCKET",
                    "/run/notify",
                    "LISTEN_PID",
                    "1",
                    "LISTEN_FDS",
                    "1",
                    "LISTEN_FDNAMES",
                    "echo")))
        .singleElement()
        .asString()
        .contains("--init");
  }

  @Test
  void nothingHandedDownIsSaid() {
    assertThat(check(Map.of())).singleElement().asString().startsWith("LISTEN_FDS: is not set");
  }

  @Test
  void namesAreMissed() {
    assertThat(check(Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1")))
        .singleElement()
        .asString()
        .startsWith("LISTEN_FDNAMES: is not set");
  }

  @Test
  void containerWithoutNotifySocketTellsNobody() {
    assertThat(
            check(
                Map.of(
                    "container",
                    "podman",
                    "LISTEN_PID",
                    "7",
                    "LISTEN_FDS",
                    "1",
                    "LISTEN_FDNAMES",
                    "echo")))
        .singleElement()
        .asString()
        .contains("--sdnotify=container");
  }

  @Test
  void malformedVariablesAreFaults() {
    assertThat(check(Map.of("LISTEN_PID", "7", "LISTEN_FDS", "x")))
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.place()).isEqualTo("environment"));
  }

  private static List<Finding> check(Map<String, String> environment) {
    return EnvironmentChecks.of(environment, PID, OptionalLong::empty);
  }
}
