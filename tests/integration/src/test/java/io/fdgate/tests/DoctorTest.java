package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fdgate doctor} as a command; what it finds is tested with each check. */
final class DoctorTest {
  @TempDir private Path folder;

  @Test
  void namesEachFaultOfAUnitWithItsPlace() throws Exception {
    Path socket =
        Files.writeString(
            folder.resolve("a.socket"),
            "[Socket]\nListenStream=3000\nFileDescriptorName=ecko\nService=b.service\n");
    Files.writeString(
        folder.resolve("a.service"), "[Unit]\nBindTo=c.service\n[Service]\nExecStart=fdgate\n");
    Distribution.Ended ended = Distribution.run("doctor", socket.toString());
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.out())
        .contains(socket + ": it starts b.service, which is not there")
        .contains(socket + ":3: its sockets are named \"ecko\"");
  }

  @Test
  void readsTheConfigurationForNames() throws Exception {
    Path socket =
        Files.writeString(
            folder.resolve("a.socket"), "[Socket]\nListenStream=3000\nFileDescriptorName=calls\n");
    Files.writeString(folder.resolve("a.service"), "[Service]\nExecStart=fdgate\n");
    Path config =
        Files.writeString(folder.resolve("c.toml"), "[sockets.calls]\nprotocol = \"echo\"\n");
    assertThat(Distribution.run("doctor", socket.toString()).status()).isEqualTo(1);
    Distribution.Ended ended =
        Distribution.run("doctor", "--config", config.toString(), socket.toString());
    assertThat(ended.out()).isEqualTo("nothing found");
    assertThat(ended.status()).isZero();
  }

  @Test
  void readsTheConfigurationForTheIdleExit() throws Exception {
    Path service = Files.writeString(folder.resolve("a.service"), "[Service]\nExecStart=fdgate\n");
    Path config = Files.writeString(folder.resolve("c.toml"), "idle_exit = \"1s\"\n");
    assertThat(Distribution.run("doctor", "--config", config.toString(), service.toString()).out())
        .startsWith(service + ": fdgate exits when idle (idle_exit)");
  }

  @Test
  void missingFileIsAFaultOfTheCommandLine() throws Exception {
    Distribution.Ended ended = Distribution.run("doctor", folder.resolve("no.service").toString());
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err()).contains("no.service").contains("give the paths of unit files");
  }

  @Test
  void looksAtItsOwnEnvironment() throws Exception {
    try (Handover fdgate =
        Handover.startCommand(
            List.of(Distribution.FDGATE, "doctor"), "--names", "echo", "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).isEqualTo("nothing found");
    }
    try (Handover fdgate =
        Handover.startCommand(
            List.of("/bin/sh", "-c", Distribution.FDGATE + " doctor; exit $?"),
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      assertThat(fdgate.awaitExit()).isEqualTo(1);
      assertThat(fdgate.output()).startsWith("LISTEN_PID: ").contains("must exec fdgate");
    }
  }
}
