package io.fdgate.e2e;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A systemd with a lingering user "demo", in namespaces of its own. It lives as long as the
 * standard input of its script, and so never longer than this JVM, however that ends.
 */
final class Rig implements AutoCloseable {
  static final Path CHECKOUT = Path.of(System.getProperty("fdgate.checkout", "")).toAbsolutePath();
  private static final Path SCRIPTS = CHECKOUT.resolve("tests/e2e/rig");

  /** The same folder, as the guest sees it. */
  private static final String GUEST_SCRIPTS = "/rig/checkout/tests/e2e/rig/";

  /** The root whose packages the guest has: the machine's own, or that of bin/test-trixie. */
  private static final String ROOT = System.getProperty("fdgate.root", "/");

  /** For whatever only a fault prevents, on a machine with much else to do. */
  private static final String LIMIT_SECONDS = "60";

  private static final String DATAGRAM =
      """
      import socket, sys
      kind, _, address = sys.argv[1].partition(":")
      if kind == "unix-dgram":
          s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
          s.bind("")  # an abstract name: a path of this side could not be answered from a container
      else:
          host, _, port = address.rpartition(":")
          s = socket.socket(socket.AF_INET6 if kind == "udp6" else socket.AF_INET, socket.SOCK_DGRAM)
          address = host.strip("[]"), int(port)
      s.settimeout(60)
      s.sendto(sys.stdin.buffer.read(), address)
      sys.stdout.buffer.write(s.recv(65536))
      """;

  private final Path folder;
  private final Process script;
  private Instant began = Instant.now();

  private Rig(Path folder, Process script) {
    this.folder = folder;
    this.script = script;
  }

  static {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  /** Whether the guest has another, newer userland than the machine. */
  static boolean isNewer() {
    return !ROOT.equals("/");
  }

  /** Boots an empty guest, as the only one on the machine whose units are started. */
  static Rig bootAlone(String name) throws IOException {
    return boot(name, "--alone");
  }

  /** Boots an empty guest. Its files are in a folder below target/. */
  static Rig boot(String name, String... options) throws IOException {
    Path folder = Files.createDirectories(CHECKOUT.resolve("tests/e2e/target/" + name));
    Path errors = folder.resolve("rig.log");
    List<String> command = new ArrayList<>(List.of(SCRIPTS.resolve("rig").toString()));
    command.addAll(List.of(options));
    command.addAll(List.of(folder.toString(), CHECKOUT.toString(), ROOT));
    Process script = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String line =
        new BufferedReader(new InputStreamReader(script.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null) {
      throw new IllegalStateException(
          "the end-to-end tests cannot run here; -De2e.skip leaves them out. The reason: "
              + Files.readString(errors));
    }
    return new Rig(folder, script);
  }

  /** Installs the distribution and all units, and builds the image. */
  void install() throws IOException, InterruptedException {
    root("cp", "-a", "/rig/checkout/gateway/target/fdgate", "/opt/fdgate").ok();
    install("system");
    install("user");
    user(GUEST_SCRIPTS + "images", "/rig/checkout").ok();
  }

  /** Puts units in place: those of "system", or demo's of "user" or "quadlet". */
  void install(String scope) throws IOException, InterruptedException {
    fdgate("install", scope);
  }

  /** Takes them away again. */
  void uninstall(String scope) throws IOException, InterruptedException {
    fdgate("uninstall", scope);
  }

  private void fdgate(String command, String scope) throws IOException, InterruptedException {
    String[] line = {"/opt/fdgate/bin/fdgate", command, "--" + scope, "--yes"};
    if (scope.equals("system")) {
      root(line).ok();
      root("systemctl", "daemon-reload").ok();
    } else {
      user(line).ok();
      user("systemctl", "--user", "daemon-reload").ok();
    }
  }

  /** Stops every unit of ours, and forgets what a test wrote. */
  void clean() throws IOException, InterruptedException {
    root(GUEST_SCRIPTS + "clean").ok();
  }

  /** Waits for a state of one of demo's units. */
  void awaitState(String unit, String state) {
    await(unit + " is " + state).until(() -> state(unit).equals(state));
  }

  /** Waits until one of the system's units, which is active, says something of itself. */
  void awaitStatus(String unit, String text) {
    await(unit + " says " + text)
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> {
          String state = root("systemctl", "show", "-p", "ActiveState,StatusText", unit).ok();
          return state.contains("ActiveState=active") && state.contains(text);
        });
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
    rootWrite("/etc/systemd/system/" + unit + ".d/test.conf", text);
    root("systemctl", "daemon-reload").ok();
  }

  /**
   * Gives fdgate.service a configuration, until the end of the test; further lines for its unit.
   */
  void configure(String toml, String unit) throws IOException, InterruptedException {
    rootWrite("/etc/fdgate-test/fdgate.toml", toml);
    override(
        "fdgate.service",
        "[Service]\nEnvironment=FDGATE_CONFIG=/etc/fdgate-test/fdgate.toml\n" + unit);
  }

  /** Writes a file of root's. */
  void rootWrite(String path, String text) throws IOException, InterruptedException {
    enter("root", text, "sh", "-euc", "mkdir -p \"${1%/*}\"; cat >\"$1\"", "sh", path).ok();
  }

  /** What a script of src/test/python prints, run as root. */
  String python(String script, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add("/rig/checkout/tests/e2e/src/test/python/" + script);
    command.addAll(List.of(arguments));
    return root(command.toArray(String[]::new)).ok();
  }

  /**
   * What socat gets back for a text, which it half-closes after. A datagram has no end to wait for:
   * the answer to one, of "udp4:", "udp6:" or "unix-dgram:", is the next, to a socket of Python's.
   */
  String exchange(String text, String address) throws IOException, InterruptedException {
    if (address.startsWith("udp") || address.startsWith("unix-dgram:")) {
      return enter("root", text, "python3", "-c", DATAGRAM, address).ok();
    }
    return enter("root", text, "socat", "-t", LIMIT_SECONDS, "-", address).ok();
  }

  /** What curl gets. */
  String curl(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "--fail", "--max-time", LIMIT_SECONDS));
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

  /** Waits until the journal of a unit matches all; a program's lines come when they come. */
  String awaitJournal(String unit, String... patterns) {
    return await("the journal of " + unit + " has " + List.of(patterns))
        .until(
            () -> journal(unit),
            journal ->
                Stream.of(patterns)
                    .allMatch(each -> Pattern.compile(each).matcher(journal).find()));
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
