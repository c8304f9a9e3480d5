package io.fdgate.e2e;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** docs/podman.md, from its first command to its last. */
@Tag("older") // what it shows is what Debian 12 answers
@ExtendWith(RigExtension.class)
final class DocumentationTest {
  private final Rig rig;

  DocumentationTest(Rig rig) {
    this.rig = rig;
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
