package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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

  @Test
  void startsTheJvmAsTheLauncherDoes() throws Exception {
    String launcher = Files.readString(Rig.CHECKOUT.resolve("bin/fdgate"));
    String options = launcher.substring(launcher.lastIndexOf("exec \"$JAVA_HOME/bin/java\""));
    List<String> expected =
        Pattern.compile("(?<=\\s)-{1,2}[-A-Za-z][^\\s$]+")
            .matcher(options)
            .results()
            .map(MatchResult::group)
            // Where things are differs in the image.
            .filter(option -> !option.equals("-cp") && !option.endsWith("\""))
            .toList();
    assertThat(expected).contains("-XX:+UseSerialGC");
    assertThat(inspect("{{range .Config.Entrypoint}}{{.}}\n{{end}}").lines())
        .containsAll(expected)
        .startsWith("/opt/fdgate/runtime/bin/java");
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
