package org.stacking4j.evaluate;

import java.util.Locale;

/**
 * The difference of two accuracies on the same rows, with its 95 % interval. Immutable.
 *
 * @param difference first accuracy minus second, −1 to 1
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record PairedDifference(double difference, double low, double high) {
  /*
   * Only rows on which exactly one of the two is right tell them apart: b where the first is, c
   * where the second is. The interval is Wald's with half a row added to each cell of the table,
   * which holds its level where b and c are small (Agresti, Min 2005, "Simple improved confidence
   * intervals for comparing matched proportions"; it adds 2/4 to each cell).
   */
  private static final double Z_95 = 1.959963984540054;

  /**
   * Compares two sets of predictions row by row.
   *
   * @param first predicted classes, {@code [rows]}
   * @param second predicted classes, {@code [rows]}
   * @param labels right classes, {@code [rows]}
   * @throws IllegalArgumentException if the numbers of rows differ or are zero
   */
  public static PairedDifference of(int[] first, int[] second, int[] labels) {
    if (labels.length == 0 || first.length != labels.length || second.length != labels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d and %d predictions cannot be compared on %d labels",
              first.length,
              second.length,
              labels.length));
    }
    return of(onlyFirst(first, second, labels), onlyFirst(second, first, labels), labels.length);
  }

  /** How many rows only the first has right; all three are {@code [rows]}. */
  static int onlyFirst(int[] first, int[] second, int[] labels) {
    int count = 0;
    for (int row = 0; row < labels.length; row++) {
      count += first[row] == labels[row] && second[row] != labels[row] ? 1 : 0;
    }
    return count;
  }

  /** The difference where so many rows are right in the first only, and in the second only. */
  static PairedDifference of(int onlyFirst, int onlySecond, int rows) {
    double n = rows;
    double wider = n + 2;
    double centre = (onlyFirst - onlySecond) / wider;
    double spread =
        Z_95 * Math.sqrt((onlyFirst + onlySecond + 1) / wider - centre * centre) / Math.sqrt(wider);
    return new PairedDifference(
        (onlyFirst - onlySecond) / n, Math.max(-1, centre - spread), Math.min(1, centre + spread));
  }

  /** In percentage points: {@code +0.25 [+0.02, +0.48]}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%+.2f [%+.2f, %+.2f]", 100 * difference, 100 * low, 100 * high);
  }
}
