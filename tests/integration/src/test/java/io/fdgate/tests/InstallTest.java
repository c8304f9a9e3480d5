package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fdgate install} and {@code uninstall}, in a home folder of its own. */
final class InstallTest {
  private static final Path SHIPPED = Distribution.HOME.resolve("systemd");

  @TempDir private Path home;

  @Test
  void putsAUnitWithAllThatItNeedsInPlaceAndSaysHowToStartIt() throws Exception {
    Distribution.Ended install = fdgate("install", "--user", "--yes", "gateway");
    assertThat(install.status()).as(install.err()).isZero();
    assertThat(tree().keySet())
        .containsExactlyInAnyOrder(
            ".config/systemd/user/gateway.service",
            ".config/systemd/user/gateway-echo.socket",
            ".config/systemd/user/gateway-lines.socket",
            ".config/systemd/user/gateway-web.socket",
            ".config/fdgate/gateway.toml",
            ".local/state/fdgate/installed-user");
    assertThat(tree())
        .containsEntry(
            ".config/systemd/user/gateway.service",
            Files.readString(SHIPPED.resolve("user/gateway.service")));
    assertThat(install.out())
        .contains("write", home + "/.config/systemd/user/gateway.service")
        .contains("systemctl --user daemon-reload")
        .contains(
            "systemctl --user enable --now gateway-echo.socket gateway-lines.socket"
                + " gateway-web.socket");
  }

  @Test
  void anInstanceComesWithItsTemplateAndItsDropIn() throws Exception {
    assertThat(fdgate("install", "--user", "--yes", "echo@demo").out())
        .contains("enable --now echo@demo.socket\n");
    assertThat(tree().keySet())
        .contains(
            ".config/systemd/user/echo@.service",
            ".config/systemd/user/echo@.socket",
            ".config/systemd/user/echo@demo.socket.d/override.conf")
        .hasSize(4);
  }

  @Test
  void aRestrictedServiceBringsTheUserNamespace() throws Exception {
    fdgate("install", "--user", "--yes", "echo-restrict");
    assertThat(tree()).containsKey(".config/systemd/user/podman-usernamespace.service");
    fdgate("install", "--user", "--yes", "podman-usernamespace");
    fdgate("install", "--user", "--yes", "http");
    // It stays as long as something needs it, and goes with that.
    fdgate("uninstall", "--user", "--yes", "podman-usernamespace");
    assertThat(tree()).containsKey(".config/systemd/user/podman-usernamespace.service");
    fdgate("uninstall", "--user", "--yes", "echo-restrict");
    assertThat(tree())
        .doesNotContainKey(".config/systemd/user/podman-usernamespace.service")
        .containsKey(".config/systemd/user/http.service");
  }

  @Test
  void quadletsTakeThePlaceOfServicesAndNotBesideThem() throws Exception {
    fdgate("install", "--quadlet", "--yes");
    assertThat(tree().keySet())
        .contains(
            ".config/containers/systemd/http.container",
            ".config/systemd/user/http.socket",
            ".config/systemd/user/podman-usernamespace.service")
        .doesNotContain(".config/systemd/user/http.service");
    Distribution.Ended user = fdgate("install", "--user", "--yes", "http");
    assertThat(user.status()).isEqualTo(78);
    assertThat(user.err()).contains("http.container", "uninstall --quadlet");
  }

  @Test
  void writesNothingWithoutAYes() throws Exception {
    Distribution.Ended asked = fdgate("install", "--user");
    assertThat(asked.status()).isEqualTo(1);
    assertThat(asked.out()).contains("http.socket", "[y/N]", "Nothing was changed.");
    assertThat(tree()).isEmpty();
  }

  @Test
  void anEditedFileIsKeptByBoth() throws Exception {
    fdgate("install", "--user", "--yes", "http");
    Path edited = home.resolve(".config/systemd/user/http.socket");
    Files.writeString(edited, "[Socket]\nListenStream=8081\n");
    Distribution.Ended again = fdgate("install", "--user", "--yes", "http");
    assertThat(again.out()).containsPattern("keep .*http.socket \\(edited").contains("there");
    assertThat(fdgate("uninstall", "--user", "--yes").out())
        .containsPattern("keep .*http.socket \\(edited");
    assertThat(tree())
        .containsOnly(
            Map.entry(".config/systemd/user/http.socket", "[Socket]\nListenStream=8081\n"));
  }

  @Test
  void aFileThatWasNotEditedIsUpdated() throws Exception {
    fdgate("install", "--user", "--yes", "http");
    Path unit = home.resolve(".config/systemd/user/http.socket");
    Path list = home.resolve(".local/state/fdgate/installed-user");
    // As an older release would have written it.
    String old = "[Socket]\nListenStream=8079\n";
    String shipped = Files.readString(unit);
    Files.writeString(unit, old);
    Files.writeString(list, Files.readString(list).replace(sha256(shipped), sha256(old)));
    assertThat(fdgate("install", "--user", "--yes", "http").out())
        .containsPattern("update .*http.socket");
    assertThat(unit).hasContent(shipped);
  }

  @Test
  void uninstallUndoesIt() throws Exception {
    Path own = home.resolve(".config/systemd/user/own.service");
    Files.createDirectories(own.getParent());
    Files.writeString(own, "mine");
    fdgate("install", "--user", "--yes");
    Path wants = Files.createDirectories(own.resolveSibling("sockets.target.wants"));
    Files.createSymbolicLink(wants.resolve("http.socket"), own.resolveSibling("http.socket"));
    Files.createSymbolicLink(wants.resolve("echo@demo.socket"), own.resolveSibling("echo@.socket"));

    Distribution.Ended uninstall = fdgate("uninstall", "--user", "--yes");
    assertThat(uninstall.status()).as(uninstall.err()).isZero();
    assertThat(uninstall.out())
        .contains("systemctl --user stop ", "echo@demo.socket", "'echo@*.service'")
        .contains("systemctl --user daemon-reload");
    assertThat(tree()).containsOnly(Map.entry(".config/systemd/user/own.service", "mine"));
    assertThat(wants).doesNotExist();
    assertThat(fdgate("uninstall", "--user").out()).contains("Nothing of fdgate is installed");
  }

  @Test
  void anUnknownUnitIsAFaultThatNamesThoseThatThereAre() throws Exception {
    Distribution.Ended ended = fdgate("install", "--user", "--yes", "htp");
    assertThat(ended.status()).isEqualTo(78);
    assertThat(ended.err()).contains("\"htp\"", "echo@", "http", "gateway");
    Distribution.assertClean(ended.err());
    assertThat(tree()).isEmpty();
  }

  @Test
  void aPlaceThatCannotBeWrittenIsOneLine() throws Exception {
    Files.writeString(home.resolve(".config"), "a file, not a folder");
    Distribution.Ended ended = fdgate("install", "--user", "--yes", "http");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err()).contains(".config");
  }

  private Distribution.Ended fdgate(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Distribution.FDGATE));
    command.addAll(List.of(arguments));
    ProcessBuilder process = Distribution.process(command);
    process.environment().keySet().removeIf(key -> key.startsWith("XDG_"));
    process.environment().put("HOME", home.toString());
    return Distribution.run(process);
  }

  /** The files below the home folder, with what they hold; not links. */
  private Map<String, String> tree() throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!Files.isSymbolicLink(file)) {
          tree.put(home.relativize(file).toString(), Files.readString(file));
        }
      }
    }
    return tree;
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
  }
}
