package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** h2spec, the conformance suite of HTTP/2. It has no program for other architectures. */
final class Http2SpecTest {
  private static final String PROGRAM = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  @TempDir private Path folder;

  @Test
  void noCaseFails() throws Exception {
    assertThat(System.getProperty("os.arch"))
        .as("the architecture: h2spec comes as a program for amd64 only")
        .isEqualTo("amd64");
    String program = unpack();
    try (Handover fdgate = HttpHandover.ready(folder)) {
      Distribution.Ended h2spec =
          Distribution.run(
              new ProcessBuilder(
                  List.of(
                      program,
                      "-h",
                      "127.0.0.1",
                      "-p",
                      Integer.toString(fdgate.port(0)),
                      "--timeout",
                      "5",
                      "-j",
                      folder.resolve("report.xml").toString())));
      assertThat(h2spec.out()).contains(" 0 skipped, 0 failed");
      assertThat(h2spec.out()).containsPattern("1\\d\\d tests, 1\\d\\d passed");
      assertThat(h2spec.status()).isZero();
    }
  }

  private String unpack() throws IOException, InterruptedException {
    Path archive = folder.resolve("h2spec.tar.gz");
    try (InputStream resource = Http2SpecTest.class.getResourceAsStream(PROGRAM)) {
      assertThat(resource).as(PROGRAM).isNotNull();
      Files.copy(resource, archive, StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> tar = List.of("tar", "-xzf", archive.toString(), "-C", folder.toString());
    assertThat(Distribution.run(new ProcessBuilder(tar)).status()).isZero();
    return folder.resolve("h2spec").toString();
  }
}
