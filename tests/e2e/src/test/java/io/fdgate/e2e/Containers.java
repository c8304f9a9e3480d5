package io.fdgate.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Collectors;

/** What the tests of containers do to demo's Podman. */
final class Containers {
  private Containers() {}

  /** Has Podman take another OCI runtime. */
  static void use(Rig rig, String runtime) throws IOException, InterruptedException {
    rig.write(
        "/home/demo/.config/containers/containers.conf",
        "[engine]\nruntime = \"" + runtime + "\"\n");
  }

  /** The process of a container, in the guest's numbers. */
  static String pid(Rig rig, String container) throws IOException, InterruptedException {
    return rig.user("podman", "inspect", container, "--format", "{{.State.Pid}}").ok().strip();
  }

  /** Changes demo's copy of a service by a drop-in that holds its own ExecStart=, edited. */
  static void editExecStart(Rig rig, String template, String unit, String from, String to)
      throws IOException, InterruptedException {
    String service = Files.readString(Rig.CHECKOUT.resolve("systemd/user/" + template));
    int start = service.indexOf("ExecStart=");
    String command =
        service
            .substring(start)
            .lines()
            .takeWhile(line -> !line.startsWith("#"))
            .collect(Collectors.joining("\n"));
    if (!command.contains(from)) {
      throw new IllegalArgumentException(from + " is not in " + command);
    }
    rig.write(
        "/home/demo/.config/systemd/user/" + unit + ".d/test.conf",
        "[Service]\nExecStart=\n" + command.replace(from, to) + "\n");
    rig.user("systemctl", "--user", "daemon-reload").ok();
  }
}
