package io.fdgate.load;

/** Ends a run: what was asked for cannot work, or the target does not answer as it must. */
public final class LoadException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** Whose fault it is. */
  public enum Kind {
    /** What was typed. */
    USAGE,
    /** The target is not there, or its answer is wrong. */
    TARGET
  }

  private LoadException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** What was typed cannot work; says what was expected. */
  public static LoadException usage(String message) {
    return new LoadException(Kind.USAGE, message);
  }

  /** The target is not there, or its answer is wrong. */
  public static LoadException target(String message) {
    return new LoadException(Kind.TARGET, message);
  }

  /** Whose fault it is. */
  public Kind kind() {
    return kind;
  }
}
