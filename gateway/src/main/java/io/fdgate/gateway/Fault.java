package io.fdgate.gateway;

import java.util.regex.Pattern;

/**
 * One reason not to start, in words for the person who reads the journal: what was found, what was
 * expected, what to change.
 *
 * @param kind decides the exit status
 * @param message one line, beginning with the place: a variable, a descriptor, a file and line
 */
public record Fault(Kind kind, String message) {
  private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}");

  /** Where a fault comes from. */
  public enum Kind {
    /** The configuration file or the command line: EX_CONFIG of sysexits.h. */
    CONFIGURATION(78),
    /** What the service manager handed down, or did not. */
    ACTIVATION(1);

    private final int exitStatus;

    Kind(int exitStatus) {
      this.exitStatus = exitStatus;
    }

    /** The exit status that a fault of this kind gives. */
    public int exitStatus() {
      return exitStatus;
    }
  }

  /** Keeps a found value from breaking the line that tells of it. */
  public Fault {
    message = CONTROLS.matcher(message).replaceAll("?");
  }

  /** A fault of the configuration. */
  public static Fault configuration(String message) {
    return new Fault(Kind.CONFIGURATION, message);
  }

  /** A fault of the activation. */
  public static Fault activation(String message) {
    return new Fault(Kind.ACTIVATION, message);
  }

  @Override
  public String toString() {
    return message;
  }
}
