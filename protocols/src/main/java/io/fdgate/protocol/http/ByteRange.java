package io.fdgate.protocol.http;

import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a file.
 *
 * @param first from 0
 * @param last inclusive
 */
record ByteRange(long first, long last) {
  private static final String UNIT = "bytes=";
  private static final int MAX_RANGES = 16;
  private static final int MAX_DIGITS = 18;

  long length() {
    return last - first + 1;
  }

  /** The value of Content-Range (RFC 9110, section 14.4). */
  String of(long size) {
    return "bytes " + first + "-" + last + "/" + size;
  }

  /** What a Range field asks for. */
  sealed interface Wanted {
    /** Everything: the field is none that we have to understand (RFC 9110, section 14.2). */
    record Whole() implements Wanted {}

    /** These, in the order asked for. */
    record Parts(List<ByteRange> ranges) implements Wanted {
      public Parts {
        ranges = List.copyOf(ranges);
      }
    }

    /** Nothing that the file has, or more pieces than are served. */
    record Unsatisfiable() implements Wanted {}
  }

  /** Reads a Range field. Ranges that add up to more than the file are answered with the file. */
  static Wanted parse(String field, long size) {
    if (!field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
      return new Wanted.Whole();
    }
    String[] specs = field.substring(UNIT.length()).split(",", -1);
    List<ByteRange> ranges = new ArrayList<>();
    long total = 0;
    for (String spec : specs) {
      String text = spec.strip();
      int dash = text.indexOf('-');
      if (dash < 0 || !isNumbers(text, dash)) {
        return new Wanted.Whole();
      }
      ByteRange range = range(text, dash, size);
      if (dash > 0 && dash + 1 < text.length() && number(text, 0, dash) > number(text, dash + 1)) {
        return new Wanted.Whole();
      }
      if (range.first < size && range.length() > 0) {
        ranges.add(range);
        total += range.length();
      }
    }
    if (ranges.isEmpty() || specs.length > MAX_RANGES) {
      return new Wanted.Unsatisfiable();
    }
    return total > size ? new Wanted.Whole() : new Wanted.Parts(ranges);
  }

  private static ByteRange range(String text, int dash, long size) {
    if (dash == 0) {
      return new ByteRange(Math.max(0, size - number(text, 1)), size - 1);
    }
    long first = number(text, 0, dash);
    long last = dash + 1 == text.length() ? size - 1 : number(text, dash + 1);
    return new ByteRange(first, Math.min(last, size - 1));
  }

  private static boolean isNumbers(String text, int dash) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (i != dash && (c < '0' || c > '9')) {
        return false;
      }
    }
    return text.length() > 1 && dash <= MAX_DIGITS && text.length() - dash - 1 <= MAX_DIGITS;
  }

  private static long number(String text, int from) {
    return number(text, from, text.length());
  }

  private static long number(String text, int from, int to) {
    return Long.parseLong(text, from, to, 10);
  }
}
