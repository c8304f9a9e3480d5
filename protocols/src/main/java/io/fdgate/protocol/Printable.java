package io.fdgate.protocol;

/** Text that a peer has had a hand in, for log lines and terminals. */
public final class Printable {
  private Printable() {}

  /** The text on one line: control characters, with which lines are forged, as {@code ?}. */
  public static String of(String text) {
    StringBuilder printable = new StringBuilder(text);
    for (int i = 0; i < printable.length(); i++) {
      if (Character.isISOControl(printable.charAt(i))) {
        printable.setCharAt(i, '?');
      }
    }
    return printable.toString();
  }
}
