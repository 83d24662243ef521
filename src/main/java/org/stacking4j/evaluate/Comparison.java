package org.stacking4j.evaluate;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Two competitors on the same held-out rows. Immutable. {@link Leaderboard.Builder#compare} makes
 * it.
 *
 * @param rows how many rows both were judged on
 * @param onlyFirst how many of them only the first has right
 * @param onlySecond how many of them only the second has right
 * @param logLoss the first's log loss less the second's
 */
public record Comparison(int rows, int onlyFirst, int onlySecond, LossDifference logLoss) {

  /** From classes, {@code [rows]}, and the log loss of each row, {@code [rows]}. */
  static Comparison of(
      int[] first,
      double[] firstLosses,
      int[] second,
      double[] secondLosses,
      int[] labels,
      long seed) {
    return new Comparison(
        labels.length,
        PairedDifference.onlyFirst(first, second, labels),
        PairedDifference.onlyFirst(second, first, labels),
        LossDifference.of(firstLosses, secondLosses, null, seed));
  }

  /** The first's accuracy less the second's, with its interval. */
  public PairedDifference accuracy() {
    return PairedDifference.of(onlyFirst, onlySecond, rows);
  }

  /**
   * How often two equally accurate competitors would differ in accuracy as much as these do, or
   * more: the mid-p value of McNemar's exact test, two-sided, 0 to 1; 1 if they do not differ.
   */
  public double pValue() {
    /*
     * Of the rows on which exactly one is right, each would be equally likely to have the one or the
     * other right. Mid-p counts the outcome that was found half: the exact test without that is too
     * cautious (Fagerland, Lydersen, Laake 2013, "The McNemar test for binary matched-pairs data:
     * mid-p and asymptotic are better than exact conditional").
     */
    var evenly = BinomialDistribution.of(onlyFirst + onlySecond, 0.5);
    int fewer = Math.min(onlyFirst, onlySecond);
    return Math.min(1, 2 * evenly.cumulativeProbability(fewer) - evenly.probability(fewer));
  }
}
