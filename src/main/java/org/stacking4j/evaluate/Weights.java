package org.stacking4j.evaluate;

import java.util.Arrays;
import java.util.Locale;

/** Checks how much each row counts. */
final class Weights {
  private Weights() {}

  /** Whether no row counts more than another. */
  static boolean allEqual(double[] weights) {
    return Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
  }

  /**
   * The sum of the weights, more than 0.
   *
   * @throws IllegalArgumentException if there are not as many as rows, one is negative or not
   *     finite, all are 0, or their sum is not finite
   */
  static double total(double[] weights, int rows) {
    if (weights.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "each row must have one weight, found %d weights for %d rows",
              weights.length,
              rows));
    }
    double total = 0;
    for (int row = 0; row < rows; row++) {
      if (!(weights[row] >= 0 && weights[row] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "weights must be finite and >= 0, found %s in row %d",
                weights[row],
                row));
      }
      total += weights[row];
    }
    if (!(total > 0 && total < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "weights must have a positive, finite sum, found " + total);
    }
    return total;
  }
}
