package org.stacking4j.evaluate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How sure predictions are, and how often they are right when they are that sure. Immutable.
 *
 * @param bins of equal width by the probability of the predicted class; bin m of 10, from 1, holds
 *     ((m − 1)/10, m/10]
 */
public record Reliability(List<Bin> bins) {
  private static final int BINS = 10; // fewer than the calibration error has: each is a point

  /**
   * The rows of one bin.
   *
   * @param rows how many there are
   * @param confidence their mean probability of the predicted class; NaN if no row counts
   * @param accuracy the share of them predicted right; NaN if no row counts
   */
  public record Bin(int rows, double confidence, double accuracy) {}

  /**
   * Copies the bins.
   *
   * @param bins of equal width, in ascending order
   */
  public Reliability {
    bins = List.copyOf(bins);
  }

  /**
   * From predicted classes, their probabilities and the right classes, each {@code [rows]}, and how
   * much each row counts, {@code [rows]}, null for all alike.
   */
  static Reliability of(
      int[] predicted, double[] confidences, int[] labels, double @Nullable [] weights) {
    int[] rows = new int[BINS];
    double[] weight = new double[BINS];
    double[] confidence = new double[BINS];
    double[] right = new double[BINS];
    for (int row = 0; row < labels.length; row++) {
      int bin = bin(confidences[row], BINS);
      double counts = weights == null ? 1 : weights[row];
      rows[bin]++;
      weight[bin] += counts;
      confidence[bin] += counts * confidences[row];
      right[bin] += predicted[row] == labels[row] ? counts : 0;
    }
    List<Bin> bins = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      bins.add(new Bin(rows[bin], confidence[bin] / weight[bin], right[bin] / weight[bin]));
    }
    return new Reliability(bins);
  }

  /** Of so many bins of equal width, from 0, the one that holds a probability. */
  static int bin(double probability, int bins) {
    return Math.min(bins - 1, Math.max(0, (int) Math.ceil(probability * bins) - 1));
  }
}
