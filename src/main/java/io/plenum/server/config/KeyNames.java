package io.plenum.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the key that was meant by one that there is not. */
final class KeyNames {
  /** Slips of the finger in one word. */
  private static final int MAX_EDITS = 4;
  /** So many letters are no accident. */
  private static final int MIN_LETTERS = 3;

  private KeyNames() {}

  /**
   * Words to put behind the name of an unknown key.
   *
   * @param known keys, or variables of the environment
   */
  static String didYouMean(String unknown, Collection<String> known) {
    return nearest(unknown.toLowerCase(Locale.ROOT), known)
        .map(key -> ": did you mean " + key + "?")
        .orElse(": conf/plenum.yaml lists every key");
  }

  private static Optional<String> nearest(String unknown, Collection<String> known) {
    String last = unknown.substring(1 + Math.max(unknown.lastIndexOf('.'), unknown.lastIndexOf('_')));
    // limits.rooms for limits.roomsPerNode, and roomsPerNode without its section.
    Optional<String> whole = known.stream()
        .filter(key -> last.length() >= MIN_LETTERS && isPart(unknown, key.toLowerCase(Locale.ROOT)))
        .min(Comparator.comparingInt(String::length));
    Optional<String> close = known.stream()
        .min(Comparator.comparingInt(key -> distance(unknown, key.toLowerCase(Locale.ROOT))))
        .filter(key -> distance(unknown, key.toLowerCase(Locale.ROOT)) <= (whole.isPresent() ? 1 : MAX_EDITS));
    return close.or(() -> whole);
  }

  private static boolean isPart(String unknown, String key) {
    boolean section = key.startsWith(unknown + ".") || key.startsWith(unknown + "_");
    return key.startsWith(unknown) && !section || key.endsWith("." + unknown);
  }

  /** Edits between two words (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
