package org.stacking4j.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Two competitors on the same held-out rows. Immutable. {@link Leaderboard.Builder#compare} makes
 * it.
 *
 * @param rows how many rows both were judged on; not those of weight 0
 * @param onlyFirst how many of them only the first has right, whatever they weigh
 * @param onlySecond how many of them only the second has right, whatever they weigh
 * @param accuracy the first's accuracy less the second's, with its interval
 * @param pValue how often two equally accurate competitors would differ in accuracy as much as
 *     these do, or more, two-sided, 0 to 1; 1 if they do not differ. The mid-p value of McNemar's
 *     exact test; for weighted rows that of a score test by the normal distribution, which takes
 *     each row for one observation and is rough where few rows tell the two apart
 * @param weighted whether some rows count more than others
 * @param logLoss the first's log loss less the second's
 */
public record Comparison(
    int rows,
    int onlyFirst,
    int onlySecond,
    PairedDifference accuracy,
    double pValue,
    boolean weighted,
    LossDifference logLoss) {

  /**
   * On rows that count alike, from how many of them only the one or the other has right.
   *
   * @param rows how many rows both were judged on
   * @param onlyFirst how many of them only the first has right
   * @param onlySecond how many of them only the second has right
   * @param logLoss the first's log loss less the second's
   */
  public Comparison(int rows, int onlyFirst, int onlySecond, LossDifference logLoss) {
    this(
        rows,
        onlyFirst,
        onlySecond,
        PairedDifference.of(onlyFirst, onlySecond, rows),
        midP(onlyFirst, onlySecond),
        false,
        logLoss);
  }

  /**
   * From classes, {@code [rows]}, the log loss of each row, {@code [rows]}, and how much each
   * counts, {@code [rows]}, null for all alike.
   */
  static Comparison of(
      int[] first,
      double[] firstLosses,
      int[] second,
      double[] secondLosses,
      int[] labels,
      double @Nullable [] weights,
      long seed) {
    if (weights != null && !Weights.allEqual(weights)) {
      int[] counted = IntStream.range(0, labels.length).filter(row -> weights[row] > 0).toArray();
      if (counted.length < labels.length) {
        return of(
            pick(first, counted),
            pick(firstLosses, counted),
            pick(second, counted),
            pick(secondLosses, counted),
            pick(labels, counted),
            pick(weights, counted),
            seed);
      }
      return new Comparison(
          labels.length,
          PairedDifference.onlyFirst(first, second, labels),
          PairedDifference.onlyFirst(second, first, labels),
          PairedDifference.of(first, second, labels, weights),
          scoreP(first, second, labels, weights),
          true,
          LossDifference.of(firstLosses, secondLosses, weights, seed));
    }
    return new Comparison(
        labels.length,
        PairedDifference.onlyFirst(first, second, labels),
        PairedDifference.onlyFirst(second, first, labels),
        LossDifference.of(firstLosses, secondLosses, null, seed));
  }

  private static int[] pick(int[] from, int[] rows) {
    return Arrays.stream(rows).map(row -> from[row]).toArray();
  }

  private static double[] pick(double[] from, int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> from[row]).toArray();
  }

  private static double midP(int onlyFirst, int onlySecond) {
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

  private static double scoreP(int[] first, int[] second, int[] labels, double[] weights) {
    /*
     * McNemar's counts are no numbers of rows any more. But if each row on which exactly one is right
     * were equally likely to have the one or the other right, the sum of ± their weights would be 0
     * on average with variance Σ w². With equal weights this is McNemar's asymptotic test.
     */
    double sum = 0;
    double squares = 0;
    for (int row = 0; row < labels.length; row++) {
      double signed = weights[row] * PairedDifference.sign(first, second, labels, row);
      sum += signed;
      squares += signed * signed;
    }
    return squares == 0
        ? 1
        : 2 * NormalDistribution.of(0, 1).survivalProbability(Math.abs(sum) / Math.sqrt(squares));
  }
}
