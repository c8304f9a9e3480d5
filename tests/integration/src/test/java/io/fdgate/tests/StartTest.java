package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /**
   * What the JDK makes when it is first used, a switch over types, a record's equals, an annotation
   * or a combined method handle, is in no archive and takes several milliseconds each.
   */
  @ParameterizedTest
  @CsvSource({
    "echo, PING, PING",
    "limited, PING, PING",
    "echo:metrics, PING, PING",
    "line, PING, PONG",
    "line, WHOAMI, OK peer=",
    "udp4 echo, PING, PING",
    "udp4 line, PING, PONG",
    "unix echo, PING, PING",
    "welcome, /, 200 OK",
    "files, /, 200 OK",
    "files, /large, 200 OK",
    "files, /large, 206 Partial Content",
    "files, /none, 404 Not Found",
    "files, /folder, 308 Permanent Redirect",
    "files, /folder/, 200 OK",
    "forward, PING, PING"
  })
  void firstAnswerWaitsForNoClassThatIsMadeOnlyThen(String sockets, String asked, String answer)
      throws Exception {
    Files.writeString(folder.resolve("index.html"), "hello");
    Files.writeString(folder.resolve("large"), "large".repeat(10_000));
    Files.createDirectory(folder.resolve("folder"));
    try (Handover upstream = Handover.ready("--names", "echo", "tcp4:127.0.0.1:0")) {
      Path config =
          Files.writeString(
              folder.resolve("fdgate.toml"),
              """
              drain_timeout = "5s"
              max_buffered = "64MiB"
              [log]
              level = "info"
              [sockets.limited]
              protocol = "echo"
              max_connections = 10
              idle_timeout = "1min"
              [sockets.welcome]
              protocol = "http"
              [sockets.files]
              protocol = "http"
              root = "%s"
              cache_control = ["/: no-cache"]
              listing = true
              access_log = true
              body_timeout = "30s"
              [sockets.forward]
              upstream = "tcp:127.0.0.1:%d"
              idle_timeout = "5min"
              balance = "least-connections"
              """
                  .formatted(folder, upstream.port(0)));
      String kind = sockets.contains(" ") ? sockets.split(" ")[0] : "tcp4";
      String names = sockets.substring(sockets.indexOf(' ') + 1);
      String spec = kind + ":" + (kind.equals("unix") ? folder.resolve("s") : "127.0.0.1:0");
      String range = answer.startsWith("206") ? "Range: bytes=1-2\r\n" : "";
      String request =
          asked.startsWith("/")
              ? "GET " + asked + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + range
              : asked;
      Path log = folder.resolve("classes");
      List<String> options =
          new ArrayList<>(
              List.of(
                  "--env",
                  "FDGATE_JAVA_OPTS=-Dfdgate.firstAnswersMillis=60000 -Xlog:class+load:file=" + log,
                  "--names",
                  names));
      options.addAll(Collections.nCopies(names.split(":").length, spec));
      try (Handover fdgate =
          Handover.startCommand(
              List.of(Distribution.FDGATE, "--config", config.toString()),
              options.toArray(String[]::new))) {
        String address = fdgate.address(0);
        assertThat(
                Socat.exchange(
                    request + "\r\n",
                    kind.equals("unix")
                        ? "unix-connect:" + address
                        : kind + ":127.0.0.1:" + address))
            .contains(answer);
        assertThat(Files.readAllLines(log))
            .filteredOn(line -> line.contains("class,load"))
            .isNotEmpty()
            .filteredOn(line -> !line.contains("source: shared objects file"))
            .filteredOn(line -> !line.contains("source: jrt:"))
            .isEmpty();
      }
    }
  }

  /** Also under a systemd that tells which process it means by its pidfd (LISTEN_PIDFDID). */
  @Test
  void firstAnswerWaitsForNoneOfWhatTakesLongest() throws Exception {
    Path log = folder.resolve("classes");
    try (Handover fdgate =
        Handover.startCommand(
            Handover.withPidfd(Distribution.FDGATE),
            "--env",
            "FDGATE_JAVA_OPTS=-Dfdgate.firstAnswersMillis=60000 -Xlog:class+init:file=" + log,
            "--names",
            "echo:echo",
            "tcp4:127.0.0.1:0",
            "udp4:0.0.0.0:0")) {
      assertAnswers(fdgate);
      assertThat(Files.readAllLines(log))
          .anyMatch(line -> line.contains("'io/fdgate/gateway/activation/OwnPidfd'"))
          .noneMatch(line -> line.contains("'java/lang/ProcessHandleImpl'"))
          .noneMatch(line -> line.contains("'io/netty/util/NetUtil'"))
          .noneMatch(line -> line.contains("'java/lang/foreign/Linker'"))
          .noneMatch(line -> line.contains("'jdk/internal/foreign/abi/AbstractLinker'"));
    }
  }

  /** As it is built where there is no C compiler. */
  @Test
  void distributionWithoutItsLibraryAnswersAllTheSame() throws Exception {
    Path copy = copy();
    Files.delete(copy.resolve("runtime/lib/libfdgate.so"));
    Path log = folder.resolve("classes");
    try (Handover fdgate =
        Handover.startCommand(
            Handover.withPidfd(copy.resolve("bin/fdgate").toString()),
            "--env",
            "FDGATE_JAVA_OPTS=-Xlog:class+init:file=" + log,
            "--names",
            "echo:echo",
            "tcp4:127.0.0.1:0",
            "udp4:0.0.0.0:0")) {
      fdgate.awaitLine("ready after ");
      assertAnswers(fdgate);
      assertThat(fdgate.output()).doesNotContain("WARN").doesNotContain("ERROR");
      assertThat(Files.readAllLines(log))
          .anyMatch(line -> line.contains("'io/fdgate/libc/ForeignCall'"));
    }
  }

  private static void assertAnswers(Handover fdgate) throws Exception {
    assertThat(Socat.exchange("PING\n", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("PING\n");
    assertThat(Socat.exchange("PING\n", "udp4:127.0.0.1:" + fdgate.port(1))).isEqualTo("PING\n");
  }

  /** Its instructions are not all those of Netty's jars. */
  @Test
  void nettyOfTheRuntimeAnswersAsNettyDoes() throws Exception {
    Distribution.Ended ended =
        Distribution.run(
            new ProcessBuilder(
                Distribution.HOME.resolve("runtime/bin/java").toString(),
                "-Dslf4j.provider=io.fdgate.gateway.log.DeferredLogging",
                "--add-modules",
                "io.fdgate",
                "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(),
                NettyAnswers.class.getName()));
    assertThat(ended.out().lines())
        .as(ended.err())
        .containsExactly(
            "0 00",
            "9 09",
            "10 10",
            "ff ff",
            "ff ff",
            "backlog " + Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).getFirst(),
            "backlog 0",
            "IPv6 true",
            "Unsafe true");
  }

  /** Most of them from the second. */
  @Test
  void classesOfHttp2ComeFromTheArchives() throws Exception {
    Path log = folder.resolve("classes");
    try (Handover fdgate =
        Handover.start(
            "--env",
            "FDGATE_JAVA_OPTS=-Dfdgate.firstAnswersMillis=60000 -Xlog:class+load:file=" + log,
            "--names",
            "http",
            "tcp4:127.0.0.1:0")) {
      assertThat(
              Curl.get(
                  "--http2-prior-knowledge",
                  "-w",
                  "HTTP/%{http_version}",
                  "http://127.0.0.1:" + fdgate.port(0) + "/"))
          .endsWith("HTTP/2");
      assertThat(Files.readAllLines(log))
          .filteredOn(line -> line.contains("io.netty.handler.codec.http2."))
          .hasSizeGreaterThan(100)
          .filteredOn(line -> line.contains("source: jrt:"))
          .hasSizeLessThan(10);
    }
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
    Files.writeString(
        copy.resolve("runtime/loader"), "loader=/lib/ld-linux-other.so.1\nmachine=other\n");
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
