package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The distribution in a virtual machine that has VSOCK, which namespaces cannot give: its init is
 * tests/e2e/vsock/init. It starts once; what it printed is what is looked at, answers first and
 * then what is left of a hundred clients.
 */
@Tag("older")
final class VsockMachineTest {
  @Test
  void everyStreamProtocolIsServedOverVsock() throws Exception {
    Path folder = Files.createDirectories(Rig.CHECKOUT.resolve("tests/e2e/target/vsock"));
    Path console = folder.resolve("console");
    Process machine =
        new ProcessBuilder(
                Rig.CHECKOUT.resolve("tests/e2e/vsock/machine").toString(),
                folder.toString(),
                Rig.CHECKOUT.toString())
            .redirectErrorStream(true)
            .redirectOutput(console.toFile())
            .start();
    machine.getOutputStream().close();
    try {
      assertThat(machine.waitFor(400, TimeUnit.SECONDS)).as(() -> read(console)).isTrue();
    } finally {
      machine.destroy();
    }
    assertThat(read(console).replace("\r", ""))
        .containsPattern("(?m)^log: Listening on vsock::3000 as 3.$")
        .containsPattern("(?m)^echo: hello$")
        .containsPattern("(?m)^line: OK PONG OK peer=vsock:1:\\d+ socket=line .*OK bye $")
        .containsPattern("(?m)^http: HTTP/1.1 200 OK .* ok $")
        .containsPattern("(?m)^log: .*vsock:1:\\d+ .*\"GET /healthz HTTP/1.1\" 200")
        .containsPattern("(?m)^relay: hello$")
        .containsPattern("(?m)^load: vsock:1:3000: mode closed loop, connections 2, ")
        .containsPattern("(?m)^load:   answers +200 in ")
        .containsPattern("(?m)^load:   errors +none$")
        .containsPattern("(?m)^gone: 1 counted$")
        .containsPattern("(?m)^log: .*connection (vsock:1:\\d+|\\(peer gone\\)) broken: ")
        .containsPattern("(?m)^soak: nothing is left: ")
        .containsPattern("(?m)^status: 0$")
        .doesNotContainPattern("(?m)^log: .*[\\p{Cntrl}&&[^\n]]");
  }

  private static String read(Path console) {
    try {
      return Files.readString(console);
    } catch (IOException gone) {
      return gone.toString();
    }
  }
}
