package org.stacking4j.data;

import java.util.Locale;
import java.util.Set;

/** What to do where a column of numbers has none. */
public enum Missing {
  /** The file is refused, with the line. */
  REFUSE,
  /**
   * The median of the column's numbers in the rows to learn from stands there, and a feature of its
   * own says that the number is missing.
   */
  MEDIAN;

  private static final Set<String> WORDS =
      Set.of("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?");

  /** Whether a field says that there is no number, as tables do: empty, {@code NA}, {@code ?}. */
  static boolean isSaidBy(char[] buffer, int offset, int length) {
    return length == 0 || (length <= 4 && WORDS.contains(new String(buffer, offset, length)));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
