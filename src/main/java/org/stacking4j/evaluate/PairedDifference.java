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
   *
   * Where rows have weights w, the difference is D = Σ w d / Σ w with d of 1, −1 or 0, and its
   * variance, linearised, Σ w² (d − D)² / (Σ w)². The rows that are added weigh Σ w² / Σ w, which is
   * what a unit of weight finds its row to weigh. With equal weights that is the interval above.
   */
  private static final double Z_95 = 1.959963984540054;

  /**
   * Compares two sets of predictions row by row.
   *
   * @param first predicted classes, {@code [rows]}
   * @param second predicted classes, {@code [rows]}
   * @param labels right classes, {@code [rows]}
   * @return the accuracy of the first less that of the second
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

  /**
   * Compares two sets of predictions on rows that count differently; only the ratios of the weights
   * matter. A row of weight 2 counts in the difference like two rows, but it is one observation:
   * the interval is wider than that of two.
   *
   * @param first predicted classes, {@code [rows]}
   * @param second predicted classes, {@code [rows]}
   * @param labels right classes, {@code [rows]}
   * @param weights how much each row counts, 0 or more, {@code [rows]}
   * @return the weighted accuracy of the first less that of the second
   * @throws IllegalArgumentException as {@link #of(int[], int[], int[])} does; or if there is not
   *     one weight per row, one is negative or not finite, or all are 0
   */
  public static PairedDifference of(int[] first, int[] second, int[] labels, double[] weights) {
    PairedDifference unweighted = of(first, second, labels);
    double total = Weights.total(weights, labels.length);
    return Weights.allEqual(weights)
        ? unweighted
        : linearised(first, second, labels, weights, total);
  }

  /** By weights with this sum. */
  static PairedDifference linearised(
      int[] first, int[] second, int[] labels, double[] weights, double total) {
    double sum = 0;
    double squares = 0;
    for (int row = 0; row < labels.length; row++) {
      sum += weights[row] * sign(first, second, labels, row);
      squares += weights[row] * weights[row];
    }
    double added = squares / total;
    double wider = total + 2 * added;
    double centre = sum / wider;
    double spread = added * added * (1 + 2 * centre * centre);
    for (int row = 0; row < labels.length; row++) {
      spread += Math.pow(weights[row] * (sign(first, second, labels, row) - centre), 2);
    }
    double margin = Z_95 * Math.sqrt(spread) / wider;
    return new PairedDifference(
        sum / total, Math.max(-1, centre - margin), Math.min(1, centre + margin));
  }

  /** 1 if only the first has the row right, −1 if only the second, else 0. */
  static int sign(int[] first, int[] second, int[] labels, int row) {
    return (first[row] == labels[row] ? 1 : 0) - (second[row] == labels[row] ? 1 : 0);
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
