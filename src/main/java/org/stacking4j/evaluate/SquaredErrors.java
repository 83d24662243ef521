package org.stacking4j.evaluate;

import java.util.stream.IntStream;
import org.stacking4j.data.LabeledData;

/**
 * Squared errors of predicted targets, in units of the targets' variance over all rows and averaged
 * over the targets. So targets of any unit count alike, and the mean over the rows is 1 − R². Rows
 * count by their weights in the variance; the mean has to be taken by them. Immutable and
 * thread-safe.
 */
public final class SquaredErrors {
  private final float[] targets; // row by row
  private final double[] variances; // of each target, 1 if it is constant

  private SquaredErrors(float[] targets, double[] variances) {
    this.targets = targets;
    this.variances = variances;
  }

  /**
   * {@return what predictions for these rows are judged by}
   *
   * @param data rows that have targets
   * @throws IllegalStateException if the rows have classes
   */
  public static SquaredErrors of(LabeledData data) {
    float[] targets = RegressionEvaluation.targets(data);
    double[] weights = data.relativeWeights();
    double[] variances = new double[data.outputs()];
    for (int i = 0; i < variances.length; i++) {
      double variance = RegressionEvaluation.variance(targets, i, variances.length, weights);
      variances[i] = variance > 0 ? variance : 1;
    }
    return new SquaredErrors(targets, variances);
  }

  /**
   * {@return the error of one row}
   *
   * @param row its position, 0-based
   * @param predicted {@code [targets]}
   */
  public double of(int row, double[] predicted) {
    double sum = 0;
    for (int i = 0; i < variances.length; i++) {
      double off = predicted[i] - targets[row * variances.length + i];
      sum += off * off / variances[i];
    }
    return sum / variances.length;
  }

  /**
   * {@return the error of each row, {@code [rows]}}
   *
   * @param predicted {@code [rows, targets]}, row by row
   */
  public double[] of(float[] predicted) {
    int columns = variances.length;
    return IntStream.range(0, targets.length / columns)
        .mapToDouble(
            row ->
                of(
                    row,
                    IntStream.range(0, columns)
                        .mapToDouble(i -> predicted[row * columns + i])
                        .toArray()))
        .toArray();
  }
}
