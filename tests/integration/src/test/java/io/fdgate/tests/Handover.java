package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * fdgate started by handover.py with a set of sockets, of which handover.py keeps a copy. Ends both
 * when closed, and fails the test if the output holds a leak report or a stack trace.
 */
final class Handover implements AutoCloseable {
  private static final String SCRIPT = System.getProperty("fdgate.handover", "");

  private final Process process;
  private final Output control;
  private final Output output;
  private boolean ended;

  private Handover(Process process) {
    this.process = process;
    control = new Output(process.getInputStream());
    output = new Output(process.getErrorStream());
  }

  /** A launcher under a systemd that tells by its pidfd which process it means. */
  static List<String> withPidfd(String fdgate) {
    return List.of(
        "/usr/bin/python3",
        "-c",
        """
        import os, sys
        os.environ["LISTEN_PIDFDID"] = str(os.fstat(os.pidfd_open(os.getpid())).st_ino)
        os.execv(sys.argv[1], sys.argv[1:])
        """,
        fdgate);
  }

  /** Options of handover.py, then specs. */
  static Handover start(String... arguments) throws IOException {
    return startCommand(List.of(Distribution.FDGATE), arguments);
  }

  static Handover startCommand(List<String> command, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of("/usr/bin/python3", SCRIPT));
    line.addAll(List.of(arguments));
    line.add("--");
    line.addAll(command);
    return new Handover(Distribution.process(line).start());
  }

  /** Starts, and waits until every listener serves. */
  static Handover ready(String... arguments) throws IOException {
    Handover handover = start(arguments);
    handover.awaitLine("ready after ");
    return handover;
  }

  String awaitLine(String text) {
    return output.awaitLine(text);
  }

  /** The port, path or name of the socket handed down as fd 3 + index. */
  String address(int index) {
    return controlLine("socket " + (3 + index) + " ");
  }

  int port(int index) {
    return Integer.parseInt(address(index));
  }

  /** The rest of the control line that begins with a prefix, once handover.py has printed it. */
  String controlLine(String prefix) {
    String line = control.awaitLine(prefix);
    return line.substring(line.indexOf(prefix) + prefix.length());
  }

  /** Everything that handover.py printed until now. */
  String control() {
    return control.text();
  }

  long pid() {
    return Long.parseLong(controlLine("pid "));
  }

  Handover signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("there is no process " + pid());
    }
    return this;
  }

  /** The exit status of fdgate; negative for a signal. handover.py still holds the sockets. */
  int awaitExit() {
    int status = Integer.parseInt(controlLine("exited "));
    ended = true;
    return status;
  }

  /** Has the holder accept a connection on its own copy of a listener, as another service would. */
  void acceptInHolder(int index) throws IOException {
    process.getOutputStream().write(("accept " + (3 + index) + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
    control.awaitLine("accepted " + (3 + index));
  }

  /** The options of a socket as they were before the start and after the end. */
  List<String> options(int index) {
    return control
        .text()
        .lines()
        .filter(line -> line.startsWith("options " + (3 + index)))
        .toList();
  }

  /** Everything fdgate wrote until now; once it has ended, everything. */
  String output() {
    return ended ? output.awaitEnd() : output.text();
  }

  @Override
  public void close() throws IOException {
    if (!ended && process.isAlive()) {
      ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    process.getOutputStream().close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    Distribution.assertClean(output.awaitEnd());
  }
}
