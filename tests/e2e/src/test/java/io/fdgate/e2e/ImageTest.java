package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the Containerfile makes. */
@ExtendWith(RigExtension.class)
final class ImageTest {
  private static final String IMAGE = "localhost/fdgate";
  private final Rig rig;

  ImageTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void runsAsANumericUserThatIsNotRootAndStopsBySigterm() throws Exception {
    assertThat(inspect("{{.Config.User}} {{.Config.StopSignal}} {{.Config.Healthcheck}}"))
        .matches("65532:65532 (SIGTERM|15) <nil>");
  }

  @Test
  void saysWhatItIs() throws Exception {
    for (String label : List.of("title", "description", "version", "licenses")) {
      assertThat(inspect("{{index .Labels \"org.opencontainers.image." + label + "\"}}"))
          .as(label)
          .isNotBlank();
    }
  }

  /** With -Xshare:on a JVM whose archive does not fit ends, in place of starting slowly. */
  @Test
  void startsFromItsArchivesOfClasses() throws Exception {
    Command version = podmanRun("--env=JDK_JAVA_OPTIONS=-Xshare:on", IMAGE, "--version");
    assertThat(version.ok()).contains("fdgate ");
    Command other =
        podmanRun(
            "--entrypoint=/opt/fdgate/runtime/bin/java",
            IMAGE,
            "-Xshare:on",
            "-XX:SharedArchiveFile=/missing",
            "--module",
            "io.fdgate",
            "--version");
    assertThat(other.status()).as(other.output()).isNotZero();
  }

  @Test
  void startsTheJvmAsTheLauncherDoes() throws Exception {
    String launcher = Files.readString(Rig.CHECKOUT.resolve("bin/fdgate"));
    List<String> entrypoint =
        inspect("{{range .Config.Entrypoint}}{{.}}\n{{end}}").lines().toList();
    assertThat(entrypoint)
        .containsExactly(
            "/opt/fdgate/runtime/bin/java",
            "-XX:SharedArchiveFile=/opt/fdgate/runtime/lib/server/later.jsa",
            "--module",
            "io.fdgate");
    assertThat(launcher)
        .contains("later=$home/runtime/lib/server/later.jsa")
        .contains("exec \"$home/runtime/bin/java\" ${later:+\"-XX:SharedArchiveFile=$later\"}")
        .contains(" --module io.fdgate \"$@\"");
  }

  @Test
  void hasNoShell() throws Exception {
    Command shell = podmanRun("--entrypoint", "/bin/sh", IMAGE, "-c", "true");
    assertThat(shell.status()).as(shell.output()).isEqualTo(127);
  }

  @Test
  void needsNoWritableFileAtAll() throws Exception {
    Command help = podmanRun("--read-only", "--read-only-tmpfs=false", IMAGE, "--help");
    assertThat(help.ok()).contains("Usage: fdgate");
  }

  private Command podmanRun(String... arguments) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of("podman", "run", "--rm", "--pull=never", "--network=none"));
    command.addAll(List.of(arguments));
    return rig.user(command.toArray(String[]::new));
  }

  private String inspect(String format) throws Exception {
    return rig.user("podman", "image", "inspect", IMAGE, "--format", format).ok().strip();
  }
}
