package org.stacking4j.evaluate;

import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How good predictions are on rows they were not fitted on. Immutable.
 *
 * @param accuracy share of rows predicted right, 0 to 1
 * @param logLoss mean of −ln(probability of the right class), in nats; see {@link #of}
 * @param rows how many rows were judged
 */
public record Evaluation(double accuracy, double logLoss, int rows) {
  /**
   * The least probability that counts in log loss, 2⁻²³: one of zero would make it infinite. This
   * is float32's resolution at 1, and what scikit-learn's {@code log_loss} uses for float32.
   */
  public static final double LEAST_PROBABILITY = 0x1p-23;

  /**
   * Judges predictions.
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param probabilities {@code [rows, classes]}; values below {@link #LEAST_PROBABILITY} count as
   *     it in log loss
   * @param labels the right class of each row, {@code [rows]}
   * @throws IllegalArgumentException if the numbers of rows differ or are zero, or a label is out
   *     of range
   */
  public static Evaluation of(int[] predicted, INDArray probabilities, int[] labels) {
    if (labels.length == 0
        || predicted.length != labels.length
        || probabilities.size(0) != labels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d predictions, %d rows of probabilities and %d labels cannot be compared",
              predicted.length,
              probabilities.size(0),
              labels.length));
    }
    int classes = (int) probabilities.size(1);
    int right = 0;
    double loss = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label %d in row %d is out of range: there are probabilities of %d classes",
                labels[row],
                row,
                classes));
      }
      right += predicted[row] == labels[row] ? 1 : 0;
      double probability = probabilities.getFloat(row, labels[row]);
      loss -= Math.log(Math.min(1, Math.max(LEAST_PROBABILITY, probability)));
    }
    return new Evaluation((double) right / labels.length, loss / labels.length, labels.length);
  }

  /** In words: {@code accuracy 0.9692, log loss 0.1034 on 5000 rows}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "accuracy %.4f, log loss %.4f on %d rows", accuracy, logLoss, rows);
  }
}
