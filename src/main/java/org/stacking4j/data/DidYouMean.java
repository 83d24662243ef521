package org.stacking4j.data;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.DamerauLevenshteinDistance;

/** Finds what somebody may have meant by a word that nobody knows. */
public final class DidYouMean {
  /** At most one letter of three may be wrong, left out, too much, or in the other's place. */
  private static final int LETTERS_PER_MISTAKE = 3;

  private DidYouMean() {}

  /**
   * {@return what goes between "unknown WORD" and what is known: {@code "; did you mean 'epochs'?
   * "}, or only {@code "; "} if nothing known is near} Capitals do not count.
   *
   * @param word what was given, which is unknown
   * @param known what could have been given
   */
  public static String between(String word, Collection<String> known) {
    String question = after(word, known);
    return question.isEmpty() ? "; " : question + " ";
  }

  /**
   * {@return what goes to the end: {@code "; did you mean 'epochs'?"}, or nothing}
   *
   * @param word what was given, which is unknown
   * @param known what could have been given
   */
  public static String after(String word, Collection<String> known) {
    return nearest(word, known).map(near -> "; did you mean '" + near + "'?").orElse("");
  }

  /**
   * {@return the first of those that are nearest to a word, if any is near}
   *
   * @param word what was given, which is unknown
   * @param known what could have been given; of those that are equally near, the first one counts
   */
  public static Optional<String> nearest(String word, Collection<String> known) {
    Optional<String> nearest = Optional.empty();
    int mistakes = Integer.MAX_VALUE;
    for (String candidate : known) {
      int most = Math.max(word.length(), candidate.length()) / LETTERS_PER_MISTAKE;
      int distance =
          new DamerauLevenshteinDistance(most)
              .apply(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance >= 0 && distance < mistakes && !candidate.equals(word)) {
        nearest = Optional.of(candidate);
        mistakes = distance;
      }
    }
    return nearest;
  }
}
