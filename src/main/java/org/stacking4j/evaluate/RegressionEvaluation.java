package org.stacking4j.evaluate;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;

/**
 * How good predicted targets are on rows they were not fitted on. Immutable.
 *
 * @param rmse root of the mean squared error, in the targets' unit; the mean is over rows and
 *     targets
 * @param mae mean absolute error, in the targets' unit
 * @param r2 coefficient of determination: 1 − squared error / variance of the target on these rows,
 *     averaged over the targets; 1 at best, 0 for whoever says the mean, below 0 for worse. A
 *     target that is constant counts as 1 if it is predicted exactly, else as 0, as in
 *     scikit-learn's {@code r2_score}
 * @param rows how many rows were judged
 */
public record RegressionEvaluation(double rmse, double mae, double r2, int rows) {
  /**
   * Judges predictions; rows with weights count by them.
   *
   * @param predicted {@code [rows, targets]}
   * @param data the rows, with their targets
   * @return how good they are
   * @throws IllegalArgumentException if the shape of the predictions is not that of the targets
   * @throws IllegalStateException if the rows have classes
   */
  public static RegressionEvaluation of(INDArray predicted, LabeledData data) {
    int rows = data.rows();
    int columns = data.outputs();
    float[] targets = targets(data);
    if (predicted.rank() != 2 || predicted.size(0) != rows || predicted.size(1) != columns) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "predictions must have shape [%d, %d], found %s",
              rows,
              columns,
              Arrays.toString(predicted.shape())));
    }
    float[] values = predicted.dup('c').data().asFloat();
    double[] weights = data.relativeWeights();
    double total = Arrays.stream(weights).sum();
    double allSquares = 0;
    double absolute = 0;
    double r2 = 0;
    for (int column = 0; column < columns; column++) {
      double squares = 0;
      for (int row = 0; row < rows; row++) {
        double off = (double) values[row * columns + column] - targets[row * columns + column];
        double weight = weights[row];
        squares += weight * off * off / total;
        absolute += weight * Math.abs(off) / total;
      }
      double variance = variance(targets, column, columns, weights);
      r2 += variance > 0 ? 1 - squares / variance : squares == 0 ? 1 : 0;
      allSquares += squares;
    }
    return new RegressionEvaluation(
        Math.sqrt(allSquares / columns), absolute / columns, r2 / columns, rows);
  }

  /** All targets, row by row. */
  static float[] targets(LabeledData data) {
    if (data.task() != Task.REGRESSION) {
      throw new IllegalStateException(
          "rows with the classes " + data.outputNames() + " have no targets to judge by");
    }
    float[] targets = new float[Math.multiplyExact(data.rows(), data.outputs())];
    data.targets(IntStream.range(0, data.rows()).toArray(), targets);
    return targets;
  }

  /** The variance of one of the columns, by as many rows as there are. */
  static double variance(float[] values, int column, int columns, double[] weights) {
    double total = 0;
    double sum = 0;
    double squares = 0;
    double start = values[column]; // near the mean, so that no digits are lost
    for (int row = 0; row < values.length / columns; row++) {
      double weight = weights[row];
      double value = values[row * columns + column] - start;
      total += weight;
      sum += weight * value;
      squares += weight * value * value;
    }
    return Math.max(0, squares / total - sum / total * (sum / total));
  }

  /** In words: {@code RMSE 54.21, MAE 43.87, R² 0.4821 on 110 rows}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "RMSE %s, MAE %s, R² %.4f on %d rows", digits(rmse), digits(mae), r2, rows);
  }

  /** Four significant digits, whatever the unit. */
  static String digits(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
