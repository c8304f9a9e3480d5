package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Echo on every kind of socket that systemd can hand down, asked by socat. */
final class AddressKindsTest {
  @TempDir private Path folder;

  @Test
  void answersOnEveryKindOfAddress() throws Exception {
    String unique = folder.getFileName().toString();
    try (Handover fdgate =
        Handover.ready(
            "--names",
            "echo:echo:echo:echo:echo:echo:echo:echo",
            "tcp4:127.0.0.1:0",
            "tcp6:[::1]:0",
            "udp4:127.0.0.1:0",
            "udp6:[::1]:0",
            "unix:" + folder.resolve("s"),
            "unix:@s" + unique,
            "unixgram:" + folder.resolve("d"),
            "unixgram:@d" + unique)) {
      List<String> addresses =
          List.of(
              "tcp4:127.0.0.1:" + fdgate.port(0),
              "tcp6:[::1]:" + fdgate.port(1),
              "udp4:127.0.0.1:" + fdgate.port(2),
              "udp6:[::1]:" + fdgate.port(3),
              "unix-connect:" + folder.resolve("s"),
              "abstract-connect:s" + unique,
              "unix-sendto:" + folder.resolve("d") + ",bind=" + folder.resolve("client"),
              "abstract-sendto:d" + unique + ",bind=c" + unique);
      for (String address : addresses) {
        assertThat(Socat.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void dualStackSocketsAnswerBothFamilies() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo:echo", "tcp6:[::]:0", "udp6:[::]:0")) {
      for (String address :
          List.of(
              "tcp4:127.0.0.1:" + fdgate.port(0),
              "tcp6:[::1]:" + fdgate.port(0),
              "udp4:127.0.0.1:" + fdgate.port(1),
              "udp6:[::1]:" + fdgate.port(1))) {
        assertThat(Socat.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void vsockRegistersAsAListener() throws Exception {
    try (Handover fdgate = Handover.ready("--names", "echo", "vsock:7001")) {
      assertThat(fdgate.awaitLine("serving echo")).contains("vsock vsock:*:7001 (fd 3");
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
    }
  }

  @Test
  void manySocketsUnderOneNameAreAllServed() throws Exception {
    int count = 100;
    String[] arguments = new String[2 + count];
    arguments[0] = "--names";
    arguments[1] = "echo" + ":echo".repeat(count - 1);
    for (int i = 0; i < count; i++) {
      arguments[2 + i] = "tcp4:127.0.0.1:0";
    }
    try (Handover fdgate = Handover.ready(arguments)) {
      for (int i = 0; i < count; i++) {
        try (Client client = Client.connect(fdgate.port(i))) {
          assertThat(client.send("to " + i).receive(4)).startsWith("to ");
        }
      }
    }
  }
}
