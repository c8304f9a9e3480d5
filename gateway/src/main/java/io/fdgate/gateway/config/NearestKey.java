package io.fdgate.gateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a person probably meant to type. */
final class NearestKey {
  private NearestKey() {}

  /** The known word with the fewest edits from the given one, if it is near at all. */
  static Optional<String> to(String word, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String each) -> distance(word, each)))
        .filter(nearest -> distance(word, nearest) <= Math.max(2, nearest.length() / 2));
  }

  /** Asks whether that was meant, behind a fault; nothing if no known word is near. */
  static String question(String word, Collection<String> known) {
    return to(word, known).map(nearest -> "; did you mean \"" + nearest + "\"?").orElse("");
  }

  /** Levenshtein's distance: insertions, deletions and replacements. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
