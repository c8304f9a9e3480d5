package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every file below systemd/. */
@ExtendWith(RigExtension.class)
final class UnitFilesTest {
  private static final Path UNITS = Rig.CHECKOUT.resolve("systemd");
  private final Rig rig;

  UnitFilesTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void systemdHasNothingToSayAboutSystemUnits() throws Exception {
    Command verify =
        rig.root(
            verify(
                List.of("systemd-analyze", "--man=no", "verify"),
                "system",
                "/etc/systemd/system/"));
    assertThat(verify.ok()).isEmpty();
  }

  @Test
  void systemdHasNothingToSayAboutUserUnits() throws Exception {
    Command verify =
        rig.user(
            verify(
                List.of("systemd-analyze", "--user", "--man=no", "verify"),
                "user",
                "/home/demo/.config/systemd/user/"));
    assertThat(verify.ok()).isEmpty();
  }

  /** A template is verified as such, and as the instances that the documentation names. */
  private static String[] verify(List<String> command, String folder, String installed)
      throws IOException {
    List<String> line = new ArrayList<>(command);
    for (String name : names(folder)) {
      line.add(installed + name);
      if (name.contains("@.")) {
        line.add(installed + name.replace("@.", "@demo."));
      }
    }
    assertThat(line).hasSizeGreaterThan(command.size() + 3);
    return line.toArray(String[]::new);
  }

  /** Podman before 4.4 has no quadlet to ask. */
  @Test
  void quadletsSayWhatTheServicesSay() throws Exception {
    List<String> quadlets = names("quadlet");
    assertThat(quadlets)
        .containsExactlyInAnyOrder(
            "echo@.container", "echo-restrict.container", "gateway.container", "http.container");
    for (String name : quadlets) {
      String quadlet = Files.readString(UNITS.resolve("quadlet/" + name));
      String service =
          Files.readString(UNITS.resolve("user/" + name.replace(".container", ".service")));
      List<List<String>> pairs =
          List.of(
              List.of("Network=none", "--network=none"),
              List.of("Notify=true", "--sdnotify=container"),
              List.of("ReadOnly=true", "--read-only"),
              List.of("DropCapability=all", "--cap-drop=all"),
              List.of("NoNewPrivileges=true", "--security-opt=no-new-privileges"),
              List.of("Pull=never", "--pull=never"),
              List.of("Image=localhost/fdgate", " localhost/fdgate"));
      for (List<String> pair : pairs) {
        assertThat(quadlet).as(name).contains(pair.get(0) + "\n");
        assertThat(service).as(name).contains(pair.get(1));
      }
    }
  }

  private static List<String> names(String folder) throws IOException {
    try (Stream<Path> files = Files.list(UNITS.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches(".*\\.(socket|service|container)"))
          .sorted()
          .toList();
    }
  }
}
