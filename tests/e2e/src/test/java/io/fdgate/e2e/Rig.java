package io.fdgate.e2e;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A systemd with a lingering user "demo", in namespaces of its own. It lives as long as the
 * standard input of its script, and so never longer than this JVM, however that ends.
 */
final class Rig implements AutoCloseable {
  static final Path CHECKOUT = Path.of(System.getProperty("fdgate.checkout", "")).toAbsolutePath();
  private static final Path SCRIPTS = CHECKOUT.resolve("tests/e2e/rig");

  private final Path folder;
  private final Process script;
  private Instant began = Instant.now();

  private Rig(Path folder, Process script) {
    this.folder = folder;
    this.script = script;
  }

  /** Boots an empty guest. Its files are in a folder below target/. */
  static Rig boot(String name) throws IOException {
    Path folder = Files.createDirectories(CHECKOUT.resolve("tests/e2e/target/" + name));
    Path errors = folder.resolve("rig.log");
    Process script =
        new ProcessBuilder(SCRIPTS.resolve("rig").toString(), folder.toString())
            .redirectError(errors.toFile())
            .start();
    String line =
        new BufferedReader(new InputStreamReader(script.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null) {
      throw new IllegalStateException(
          "the end-to-end tests cannot run here: " + Files.readString(errors));
    }
    return new Rig(folder, script);
  }

  /** Builds the image and installs the distribution and all units, as docs/podman.md says. */
  void install() throws IOException, InterruptedException {
    root(
            "sh",
            "-euc",
            """
            cp -r "$1/gateway/target/fdgate" /opt/fdgate
            cp -r "$1"/systemd/system/* /etc/systemd/system/
            config=/home/demo/.config
            mkdir -p $config/systemd/user $config/fdgate
            cp -r "$1"/systemd/user/*.socket "$1"/systemd/user/*.service "$1"/systemd/user/*.d \
                $config/systemd/user/
            cp "$1/systemd/user/gateway.toml" $config/fdgate/
            chown -R demo: $config
            mkdir -p /etc/systemd/system/fdgate.service.d /etc/systemd/system/fdgate@.service.d
            for unit in fdgate fdgate@; do
                printf '[Service]\\nEnvironment=JAVA_HOME=%s\\n' "$2" \
                    >/etc/systemd/system/$unit.service.d/java.conf
            done
            systemctl daemon-reload
            """,
            "sh",
            CHECKOUT.toString(),
            System.getProperty("java.home"))
        .ok();
    user("systemctl", "--user", "daemon-reload").ok();
    user(SCRIPTS.resolve("images").toString(), CHECKOUT.toString(), System.getProperty("java.home"))
        .ok();
  }

  /** Stops every unit of ours, and forgets what a test wrote. */
  void clean() throws IOException, InterruptedException {
    root(SCRIPTS.resolve("clean").toString()).ok();
  }

  /** Waits for a state of one of demo's units. */
  void awaitState(String unit, String state) {
    await(unit + " is " + state)
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> state(unit).equals(state));
  }

  /** Runs a command as root of the guest. */
  Command root(String... command) throws IOException, InterruptedException {
    return enter("root", "", command);
  }

  /** Runs a command as demo, in a unit of demo's own manager. */
  Command user(String... command) throws IOException, InterruptedException {
    return enter("user", "", command);
  }

  /** Writes a file of demo's. */
  void write(String path, String text) throws IOException, InterruptedException {
    enter("user", text, "sh", "-euc", "mkdir -p \"${1%/*}\"; cat >\"$1\"", "sh", path).ok();
  }

  /** Adds a drop-in to one of the system's units, until the end of the test. */
  void override(String unit, String text) throws IOException, InterruptedException {
    String path = "/etc/systemd/system/" + unit + ".d/test.conf";
    enter("root", text, "sh", "-euc", "mkdir -p \"${1%/*}\"; cat >\"$1\"", "sh", path).ok();
    root("systemctl", "daemon-reload").ok();
  }

  /** What a script of src/test/python prints, run as root. */
  String python(String script, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add(CHECKOUT.resolve("tests/e2e/src/test/python").resolve(script).toString());
    command.addAll(List.of(arguments));
    return root(command.toArray(String[]::new)).ok();
  }

  /** What socat gets back for a text, which it half-closes after. */
  String exchange(String text, String address) throws IOException, InterruptedException {
    // The time to wait after the half-close: a stream ends by itself, a datagram has no end.
    boolean datagram = address.startsWith("udp") || address.startsWith("unix-sendto");
    return enter("root", text, "socat", "-t", datagram ? "1" : "30", "-", address).ok();
  }

  /** What curl gets. */
  String curl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--fail", "--max-time", "30"));
    command.addAll(List.of(arguments));
    return root(command.toArray(String[]::new)).ok();
  }

  /** The state of one of demo's units: active, activating, failed, ... */
  String state(String unit) throws IOException, InterruptedException {
    return user("systemctl", "--user", "is-active", unit).output().strip();
  }

  /** From now on the journal is read. */
  void forgetJournal() {
    began = Instant.now();
  }

  /** What demo reads in the journal of a unit. */
  String journal(String unit) throws IOException, InterruptedException {
    root("journalctl", "--sync").ok();
    return user("journalctl", "--user", "--no-pager", "-o", "cat", since(), "-u", unit).ok();
  }

  /** What root reads in the whole journal. */
  String journal() throws IOException, InterruptedException {
    root("journalctl", "--sync").ok();
    return root("journalctl", "--no-pager", "-o", "short-precise", since())
        .ok()
        .lines()
        .filter(line -> !line.contains(" enter: "))
        .collect(Collectors.joining("\n"));
  }

  private String since() {
    return "--since=@" + began.getEpochSecond() + "." + "%06d".formatted(began.getNano() / 1000);
  }

  /** The guest's process 1, as seen from outside. */
  long pid() throws IOException {
    return Long.parseLong(Files.readString(folder.resolve("pid")).strip());
  }

  /** The script that keeps the guest. */
  Process script() {
    return script;
  }

  private Command enter(String who, String input, String... command)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of(SCRIPTS.resolve("enter").toString(), folder.toString(), who));
    line.addAll(List.of(command));
    return Command.run(input, line);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    script.getOutputStream().close();
    if (!script.waitFor(60, TimeUnit.SECONDS)) {
      script.destroyForcibly();
      throw new IllegalStateException("the rig does not end");
    }
    String errors = Files.readString(folder.resolve("rig.log"));
    if (!errors.isEmpty()) {
      throw new IllegalStateException(errors);
    }
  }
}
