package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The guides, from their first command to their last. */
@Tag("older") // what it shows is what Debian 12 answers
@ExtendWith(RigExtension.class)
final class DocumentationTest {
  private final Rig rig;

  DocumentationTest(Rig rig) {
    this.rig = rig;
  }

  /** In a guest without fdgate, which is so again at the end. */
  @Test
  void aNewcomerGetsWhatTheFirstGuideSays() throws Exception {
    try (Rig fresh = Rig.boot("rig-fresh")) {
      Walk.of("docs/getting-started.md").run(fresh);
      assertThat(
              fresh.root("find", "/etc", "/opt", "/srv", "/var", "-xdev", "-name", "*fdgate*").ok())
          .isEmpty();
    }
  }

  @Test
  void aNewcomerGetsWhatThePodmanGuideSays() throws Exception {
    rig.uninstall("user");
    try {
      Walk.of("docs/podman.md").without("Quadlet").run(rig);
    } finally {
      rig.clean();
      rig.install("user");
    }
  }
}
