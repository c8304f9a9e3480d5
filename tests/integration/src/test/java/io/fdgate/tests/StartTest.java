package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start takes along: the archives of loaded classes, and nothing that is for later. */
final class StartTest {
  @TempDir private Path folder;

  /** As cp -r, tar and COPY leave it: with other times than those of the build. */
  @Test
  void classesOfACopyComeFromTheArchives() throws Exception {
    assertThat(loaded(copy()))
        .anyMatch(line -> line.matches(".*io.fdgate.gateway.Gateway source: shared objects file"))
        .anyMatch(line ->
            line.matches(
                ".*io.netty.channel.epoll.EpollServerSocketChannel source: shared objects"
                    + " file"))
        .anyMatch(line ->
            line.matches(".*ch.qos.logback.classic.Logger source: shared objects file .top."));
  }

  @Test
  void librariesThatNothingNeedsYetAreNotLoaded() throws Exception {
    assertThat(loaded(Distribution.HOME))
        .noneMatch(line -> line.contains("picocli") || line.contains("io.prometheus"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"classes.jsa", "later.jsa"})
  void distributionWithAnArchiveOfAnotherBuildStartsWithoutAWord(String archive) throws Exception {
    Path copy = copy();
    Files.writeString(copy.resolve("runtime/lib/server").resolve(archive), "of another build");
    assertStartsWithoutAWord(copy);
  }

  @Test
  void distributionWithoutTheSecondArchiveStartsWithoutAWord() throws Exception {
    Path copy = copy();
    Files.delete(copy.resolve("runtime/lib/server/later.jsa"));
    assertStartsWithoutAWord(copy);
  }

  @Test
  void runtimeForAnotherMachineGivesWayToJavaHome() throws Exception {
    Path copy = copy();
    Files.writeString(copy.resolve("runtime/loader"), "/lib/ld-linux-other.so.1 other\n");
    Files.writeString(copy.resolve("runtime/bin/java"), "a program for another machine");
    assertStartsWithoutAWord(copy);
  }

  private static void assertStartsWithoutAWord(Path home) throws IOException {
    try (Handover fdgate =
        Handover.startCommand(
            List.of(home.resolve("bin/fdgate").toString()),
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("ready after ");
      assertThat(fdgate.output().lines()).hasSize(2);
    }
  }

  private Path copy() throws IOException {
    Path copy = folder.resolve("fdgate");
    try (Stream<Path> paths = Files.walk(Distribution.HOME)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, copy.resolve(Distribution.HOME.relativize(path).toString()));
      }
    }
    return copy;
  }

  private List<String> loaded(Path home) throws IOException {
    Path log = folder.resolve("classes");
    try (Handover fdgate =
        Handover.startCommand(
            List.of(home.resolve("bin/fdgate").toString()),
            "--env",
            "FDGATE_JAVA_OPTS=-Xlog:class+load:file=" + log,
            "--names",
            "echo",
            "tcp4:127.0.0.1:0")) {
      fdgate.awaitLine("ready after ");
      assertThat(Socat.exchange("hello\n", "tcp4:127.0.0.1:" + fdgate.port(0)))
          .isEqualTo("hello\n");
      return Files.readAllLines(log);
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
