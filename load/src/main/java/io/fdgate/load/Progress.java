package io.fdgate.load;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** A line that says how it goes, written over again and again; on a terminal only. */
public final class Progress {
  private static final String CLEAR = "\r\033[K";

  private final PrintStream out;
  private final boolean terminal;

  private Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** On standard error, if that is a terminal. */
  public static Progress standardError() {
    boolean terminal = false;
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      terminal =
          file.startsWith("/dev/pts/")
              || file.startsWith("/dev/tty")
              || file.equals("/dev/console");
    } catch (java.io.IOException | InvalidPathException unknown) {
      // Then there is none.
    }
    return new Progress(System.err, terminal);
  }

  /** To nowhere. */
  static Progress none() {
    return new Progress(System.err, false);
  }

  void show(String text) {
    if (terminal) {
      out.print(CLEAR + text);
      out.flush();
    }
  }

  /** A line that stays. */
  void line(String text) {
    if (terminal) {
      out.println(CLEAR + text);
    }
  }

  void second(Plan plan, Timeline.Second second) {
    long of = plan.times().duration().toSeconds();
    String where =
        second.at() <= 0
            ? "warming up"
            : String.format(Locale.ROOT, "%.0f s of %d s", second.at(), of);
    show(
        where
            + "   "
            + Units.count(second.rate())
            + "/s   p50 "
            + Units.nanos(second.p50())
            + "   p99 "
            + Units.nanos(second.p99())
            + (second.problems() > 0 ? "   errors " + second.problems() : ""));
  }

  void end() {
    show("");
  }
}
