package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine is as it was, however the rig ends. */
final class HostUnchangedTest {
  // What systemd, Podman and useradd write to; not what others may change at the same time.
  private static final List<String> FILES =
      List.of(
          "/etc/passwd",
          "/etc/group",
          "/etc/shadow",
          "/etc/subuid",
          "/etc/subgid",
          "/etc/fstab",
          "/etc/hostname",
          "/etc/machine-id",
          "/etc/containers",
          "/etc/systemd",
          "/etc/fdgate-was-here",
          "/home",
          "/dev/net",
          "/dev/fuse",
          "/dev/mqueue",
          "/run/systemd",
          "/run/user",
          "/run/fdgate",
          "/var/lib/systemd",
          "/var/lib/containers",
          "/opt",
          "/rig");
  private static final List<String> SETTINGS =
      List.of("fs/file-max", "fs/nr_open", "kernel/hostname", "net/ipv4/ip_forward");

  @TempDir private Path folder;

  @Test
  void afterAnOrderlyEnd() throws Exception {
    Machine before = Machine.now();
    // systemd-tmpfiles clears /tmp when a system boots.
    Path canary = Files.createFile(folder.resolve("canary"));
    long namespace;
    try (Rig rig = Rig.boot("rig-orderly")) {
      namespace = namespace(rig.pid());
      rig.root("sh", "-c", "echo changed >/etc/fdgate-was-here; useradd other").ok();
      rig.root("systemd-run", "socat", "tcp4-listen:3999", "-").ok();
    }
    assertThat(canary).exists();
    assertUnchanged(before, namespace);
  }

  @Test
  void afterItsScriptWasKilled() throws Exception {
    Machine before = Machine.now();
    Rig rig = Rig.boot("rig-killed");
    long namespace = namespace(rig.pid());
    rig.script().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    await().until(() -> processesIn(namespace).isEmpty());
    // What a killed script cannot remove, an empty cgroup, the next one does.
    Rig.boot("rig-killed").close();
    assertUnchanged(before, namespace);
  }

  private static void assertUnchanged(Machine before, long namespace) throws Exception {
    await().until(() -> processesIn(namespace).isEmpty());
    Machine after = Machine.now();
    assertThat(after.mounts).isEqualTo(before.mounts);
    assertThat(after.cgroups).isEqualTo(before.cgroups);
    assertThat(after.files).isEqualTo(before.files);
    assertThat(after.settings).isEqualTo(before.settings);
    assertThat(after.listeners).isEqualTo(before.listeners);
  }

  private static long namespace(long pid) throws IOException {
    String link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString();
    return Long.parseLong(link.replaceAll("\\D", ""));
  }

  private static List<Long> processesIn(long namespace) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> {
          try {
            return namespace(pid) == namespace;
          } catch (IOException ended) {
            return false;
          }
        })
        .toList();
  }

  /** What a guest might have changed. Its processes are those of its namespace. */
  private record Machine(
      List<String> mounts,
      Set<String> cgroups,
      Set<String> files,
      List<String> settings,
      Set<String> listeners) {
    private static final String LISTENING = "0A";
    private static final int FIRST_EPHEMERAL = 32768;

    static Machine now() throws IOException {
      Set<String> files = new TreeSet<>();
      for (String file : FILES) {
        files.addAll(below(file, 4));
      }
      List<String> settings = new ArrayList<>();
      for (String setting : SETTINGS) {
        settings.add(setting + " " + Files.readAllLines(Path.of("/proc/sys/" + setting)));
      }
      return new Machine(
          Files.readAllLines(Path.of("/proc/self/mounts")),
          // Those of others come and go.
          new TreeSet<>(
              below("/sys/fs/cgroup", 2).stream().filter(path -> path.contains("rig.")).toList()),
          files,
          settings,
          listening());
    }

    /**
     * Where somebody listens, as proc_net(5) has it; those on ports that the kernel chose are
     * others'.
     */
    private static Set<String> listening() throws IOException {
      Set<String> listeners = new TreeSet<>();
      for (String table : List.of("tcp", "tcp6")) {
        for (String line : Files.readAllLines(Path.of("/proc/self/net/" + table))) {
          String[] fields = line.strip().split(" +", 5);
          if (fields[3].equals(LISTENING)) {
            String port = fields[1].substring(fields[1].lastIndexOf(':') + 1);
            if (Integer.parseInt(port, 16) < FIRST_EPHEMERAL) {
              listeners.add(table + " " + fields[1]);
            }
          }
        }
      }
      return listeners;
    }

    private static List<String> below(String folder, int depth) throws IOException {
      if (!Files.exists(Path.of(folder))) {
        return List.of();
      }
      try (Stream<Path> files = Files.walk(Path.of(folder), depth)) {
        return files.map(HostUnchangedTest.Machine::withTime).toList();
      } catch (UncheckedIOException unreadable) {
        throw unreadable.getCause();
      }
    }

    private static String withTime(Path file) {
      try {
        boolean timed = Files.isRegularFile(file) && !file.startsWith("/sys");
        return file + (timed ? " " + Files.getLastModifiedTime(file) : "");
      } catch (IOException gone) {
        return file.toString();
      }
    }
  }
}
