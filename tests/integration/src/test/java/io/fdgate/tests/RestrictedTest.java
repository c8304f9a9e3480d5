package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Under a seccomp filter that denies families of sockets, as RestrictAddressFamilies= does. */
final class RestrictedTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"EAFNOSUPPORT", "EPERM"})
  void inheritedSocketsAnswerWhereNoneCanBeOpened(String error) throws Exception {
    try (Handover fdgate =
        Handover.ready(
            "--deny-inet",
            error,
            "--names",
            "echo:echo:echo:echo:echo:echo",
            "tcp4:127.0.0.1:0",
            "tcp6:[::1]:0",
            "udp4:0.0.0.0:0",
            "udp6:[::]:0",
            "unix:" + folder.resolve("s"),
            "unixgram:" + folder.resolve("d"))) {
      for (String address :
          List.of(
              "tcp4:127.0.0.1:" + fdgate.port(0),
              "tcp6:[::1]:" + fdgate.port(1),
              "udp4:127.0.0.1:" + fdgate.port(2),
              "udp6:[::1]:" + fdgate.port(3),
              "unix-connect:" + folder.resolve("s"),
              "unix-sendto:" + folder.resolve("d") + ",bind=" + folder.resolve("c"))) {
        assertThat(Socat.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
      }
      assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
    }
  }

  @Test
  void inheritedSocketAnswersWhereNoUnixSocketCanBeOpened() throws Exception {
    try (Handover fdgate =
        Handover.startCommand(
            Handover.withPidfd(Distribution.FDGATE),
            "--deny-unix",
            "EAFNOSUPPORT",
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine(" ready after ");
      assertThat(Socat.exchange("hello\n", "tcp4:127.0.0.1:" + fdgate.port(0)))
          .isEqualTo("hello\n");
    }
  }
}
