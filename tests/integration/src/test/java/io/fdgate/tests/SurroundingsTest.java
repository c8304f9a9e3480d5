package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running fdgate stands on changes: the manager, the clock, files, upstreams, the quota. */
final class SurroundingsTest {
  private static final long FILE_BYTES = 200_000_000;

  /** Adds the number of seconds that a file holds to what the C library says of the clock. */
  private static final String CLOCK =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <sys/time.h>
      #include <time.h>
      static long jump(void) {
        long seconds = 0;
        FILE *file = fopen(getenv("FDGATE_TEST_CLOCK"), "r");
        if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
        return seconds;
      }
      int clock_gettime(clockid_t id, struct timespec *out) {
        static int (*real)(clockid_t, struct timespec *);
        if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
        int result = real(id, out);
        if (id == CLOCK_REALTIME) out->tv_sec += jump();
        return result;
      }
      int gettimeofday(struct timeval *out, void *zone) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        out->tv_sec = now.tv_sec;
        out->tv_usec = now.tv_nsec / 1000;
        return 0;
      }
      """;

  @TempDir private Path folder;

  @Test
  void managerThatCanNoLongerBeToldIsMissedOnce() throws Exception {
    Path notify = folder.resolve("notify");
    try (Handover fdgate =
        Handover.start("--notify", notify.toString(), "--names", "echo", "tcp4:127.0.0.1:0")) {
      fdgate.controlLine("notified READY=1");
      Files.delete(notify);
      for (int i = 0; i < 3; i++) {
        assertThat(Socat.exchange("x", "tcp4:127.0.0.1:" + fdgate.port(0))).isEqualTo("x");
        fdgate.awaitLine("the service manager cannot be told \"STATUS=");
      }
      fdgate.signal("TERM");
      assertThat(fdgate.awaitExit()).isZero();
      assertThat(fdgate.output()).containsOnlyOnce("cannot be told");
    }
  }

  @Test
  void clockThatJumpsMovesTheDateAndNothingElse() throws Exception {
    Path clock = Files.writeString(folder.resolve("clock"), "0");
    Path toml =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            "idle_exit = \"5min\"\n[sockets.echo]\nidle_timeout = \"5min\"\n");
    try (Handover fdgate =
            Handover.ready(
                "--env",
                "FDGATE_CONFIG=" + toml,
                "--env",
                "LD_PRELOAD=" + clockLibrary(),
                "--env",
                "FDGATE_TEST_CLOCK=" + clock,
                "--names",
                "echo:http:line",
                "tcp4:127.0.0.1:0",
                "tcp4:127.0.0.1:0",
                "tcp4:127.0.0.1:0");
        Client echo = Client.connect(fdgate.port(0));
        Client http = Client.connect(fdgate.port(1));
        Client line = Client.connect(fdgate.port(2))) {
      int thisYear = year(line);
      for (int years : List.of(20, -20, 0)) {
        Files.writeString(clock, Long.toString(years * 31_557_600L));
        await().until(() -> year(line) == thisYear + years);
        assertThat(echo.send("x").receive(1)).isEqualTo("x");
        http.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        String head = until(http, "\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200").contains(" " + (thisYear + years) + " ");
        until(http, "ok\n");
      }
      assertThat(fdgate.output()).doesNotContain("nobody came", "stopping");
    }
  }

  private static int year(Client line) throws IOException {
    String answer = until(line.send("TIME\n"), "\n");
    return Integer.parseInt(answer.substring("OK ".length(), "OK 2026".length()));
  }

  private static String until(Client client, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      text.append(client.receive(1));
    }
    return text.toString();
  }

  private Path clockLibrary() throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("clock.c"), CLOCK);
    Path library = folder.resolve("clock.so");
    Process compiler =
        new ProcessBuilder(
                "gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    assertThat(compiler.waitFor()).as(said).isZero();
    return library;
  }

  @Test
  void fileThatShrinksEndsItsAnswerAndOneThatIsDeletedGoesOn() throws Exception {
    for (boolean shrinks : new boolean[] {true, false}) {
      Path file = folder.resolve("file");
      try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
        content.setLength(FILE_BYTES);
      }
      try (Handover fdgate = HttpHandover.ready(folder);
          Client client = Client.connect(fdgate.port(0))) {
        client.send("GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(client.receive(12)).isEqualTo("HTTP/1.1 200");
        if (shrinks) {
          Files.write(file, new byte[10]);
        } else {
          Files.delete(file);
        }
        long rest = client.socket().getInputStream().transferTo(OutputStream.nullOutputStream());
        if (shrinks) {
          assertThat(rest).isLessThan(FILE_BYTES);
        } else {
          assertThat(rest).isGreaterThan(FILE_BYTES);
        }
        assertThat(get(fdgate, "/file")).startsWith(shrinks ? "HTTP/1.1 200" : "HTTP/1.1 404");
        fdgate.signal("TERM");
        assertThat(fdgate.awaitExit()).isZero();
      }
    }
  }

  private static String get(Handover fdgate, String path) throws IOException {
    try (Client client = Client.connect(fdgate.port(0))) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      return new String(client.receiveToEnd(), UTF_8);
    }
  }

  @Test
  void upstreamThatIsKilledEndsItsConnectionsAndTheNextOneGetsNewOnes() throws Exception {
    Path path = folder.resolve("upstream");
    Path toml =
        Files.writeString(
            folder.resolve("fdgate.toml"),
            "[sockets.relay]\nprotocol = \"forward\"\nupstream = \"unix:" + path + "\"\n");
    Process upstream = upstream(path);
    try (Handover fdgate =
        Handover.ready("--env", "FDGATE_CONFIG=" + toml, "--names", "relay", "tcp4:127.0.0.1:0")) {
      try (Client client = Client.connect(fdgate.port(0))) {
        assertThat(client.send("a").receive(1)).isEqualTo("a");
        upstream.destroyForcibly().waitFor();
        assertThat(client.receiveToEnd()).isEmpty();
      }
      try (Client held = Client.connect(fdgate.port(0))) {
        held.send("b");
        upstream = upstream(path);
        assertThat(held.receive(1)).isEqualTo("b");
      }
    } finally {
      upstream.destroyForcibly();
    }
  }

  /** An echo in one process, so that its end is the end of its connections. */
  private static Process upstream(Path path) throws IOException {
    Files.deleteIfExists(path);
    Process python =
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import socket, sys
                s = socket.socket(socket.AF_UNIX)
                s.bind(sys.argv[1])
                s.listen()
                print("up", flush=True)
                while True:
                    c = s.accept()[0]
                    while data := c.recv(4096):
                        c.sendall(data)
                """,
                path.toString())
            .start();
    assertThat(python.getInputStream().read()).isEqualTo('u');
    return python;
  }

  /** As CPUQuota=100% makes it. */
  @Test
  void eventLoopsAreAsManyAsTheQuotaAllows() throws Exception {
    Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one core is one loop");
    Path group = quotaOfOneCore();
    try {
      List<String> inGroup =
          List.of(
              "sh",
              "-c",
              "echo $$ >" + group.resolve("cgroup.procs") + "; exec " + Distribution.FDGATE);
      assertThat(loops(inGroup)).isEqualTo(1);
      assertThat(loops(List.of(Distribution.FDGATE))).isGreaterThan(1);
    } finally {
      await().until(() -> group.toFile().delete());
    }
  }

  private static long loops(List<String> command) throws IOException {
    String[] sockets = new String[10];
    Arrays.fill(sockets, "tcp4:127.0.0.1:0");
    sockets[0] = "--names";
    sockets[1] = "echo:echo:echo:echo:echo:echo:echo:echo";
    try (Handover fdgate = Handover.startCommand(command, sockets)) {
      fdgate.awaitLine("ready after ");
      List<String> names = new ArrayList<>();
      try (Stream<Path> threads = Files.list(Path.of("/proc/" + fdgate.pid() + "/task"))) {
        for (Path thread : threads.toList()) {
          names.add(Files.readString(thread.resolve("comm")).strip());
        }
      }
      return names.stream().filter(name -> name.startsWith("serve")).count();
    }
  }

  /** A control group of either version, where this user may make one. */
  private static Path quotaOfOneCore() throws IOException {
    String name = "fdgate-test-" + ProcessHandle.current().pid();
    Path first = Path.of("/sys/fs/cgroup/cpu", name);
    Path second = Path.of("/sys/fs/cgroup", name);
    if (Files.isWritable(Path.of("/sys/fs/cgroup/cpu/cpu.shares"))) {
      Files.createDirectory(first);
      Files.writeString(first.resolve("cpu.cfs_quota_us"), "100000");
      return first;
    }
    Path controllers = Path.of("/sys/fs/cgroup/cgroup.subtree_control");
    Assumptions.assumeTrue(
        Files.isWritable(second.getParent())
            && Files.exists(controllers)
            && Files.readString(controllers).contains("cpu"),
        "no control group with a limit of the processor can be made here");
    Files.createDirectory(second);
    Files.writeString(second.resolve("cpu.max"), "100000 100000");
    return second;
  }
}
