package org.stacking4j.evaluate;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The difference of two mean losses on the same rows, with its 95 % interval. Immutable.
 *
 * @param difference first mean minus second: negative if the first is better
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record LossDifference(double difference, double low, double high) {
  /*
   * The interval is the percentile bootstrap's (Efron 1979; Efron, Tibshirani 1993, chapter 13):
   * rows are drawn with replacement, each with both its losses, and of 2000 such means the 50th from
   * below and the 50th from above are its ends. It takes no distribution for granted, which matters
   * because log losses have a long tail; with few rows it is a little too short.
   */
  private static final int RESAMPLES = 2000;
  private static final int OUTSIDE = RESAMPLES / 40;

  /**
   * Compares two losses row by row; takes 2000 passes over the rows.
   *
   * @param first losses, {@code [rows]}
   * @param second losses, {@code [rows]}
   * @param weights how much each row counts, 0 or more, {@code [rows]}; null for all rows alike
   * @param seed of the resamples
   * @return the mean of the first less that of the second
   * @throws IllegalArgumentException if the numbers of rows differ or are zero, or a weight is
   *     negative or not finite, or all are 0
   */
  public static LossDifference of(
      double[] first, double[] second, double @Nullable [] weights, long seed) {
    if (first.length == 0 || first.length != second.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d losses cannot be compared with %d losses",
              first.length,
              second.length));
    }
    double[] each = new double[first.length];
    Arrays.fill(each, 1);
    if (weights != null) {
      Weights.total(weights, first.length);
      each = weights;
    }
    // A resample of rows of weight 0 alone would have no mean.
    double[] counted = each;
    int[] rows = IntStream.range(0, first.length).filter(row -> counted[row] > 0).toArray();
    double[] weight = Arrays.stream(rows).mapToDouble(row -> counted[row]).toArray();
    double[] gain =
        Arrays.stream(rows).mapToDouble(row -> counted[row] * (first[row] - second[row])).toArray();
    var random = new SplittableRandom(seed);
    double[] means = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double sum = 0;
      double total = 0;
      for (int i = 0; i < rows.length; i++) {
        int drawn = random.nextInt(rows.length);
        sum += gain[drawn];
        total += weight[drawn];
      }
      means[resample] = sum / total;
    }
    Arrays.sort(means);
    double difference = Arrays.stream(gain).sum() / Arrays.stream(weight).sum();
    return new LossDifference(difference, means[OUTSIDE - 1], means[RESAMPLES - OUTSIDE]);
  }

  /** In the losses' own unit: {@code -0.0129 [-0.0188, -0.0071]}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", difference, low, high);
  }
}
