package org.stacking4j.evaluate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How good predictions are on rows they were not fitted on. Immutable.
 *
 * @param accuracy share of rows predicted right, 0 to 1
 * @param logLoss mean of −ln(probability of the right class), in nats; see {@link #of}
 * @param brier Brier score: mean over the rows of the sum over the classes of (probability − 1 for
 *     the right class, 0 for the others)², 0 to 2
 * @param ece expected calibration error, 0 to 1: how far the probability of the predicted class is
 *     from how often that class is right
 * @param rows how many rows were judged
 */
public record Evaluation(double accuracy, double logLoss, double brier, double ece, int rows) {
  /*
   * The calibration error is that of Guo, Pleiss, Sun, Weinberger 2017, "On calibration of modern
   * neural networks": the rows are put into 15 bins of equal width by the probability of the
   * predicted class, bin m holding ((m − 1)/15, m/15]; it is the mean over the rows of |share right
   * − mean probability| of their bin.
   */
  private static final int BINS = 15;

  /**
   * The least probability that counts in log loss, 2⁻²³: one of zero would make it infinite. This
   * is float32's resolution at 1, and what scikit-learn's {@code log_loss} uses for float32.
   */
  public static final double LEAST_PROBABILITY = 0x1p-23;

  /**
   * Judges predictions, all rows alike.
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param probabilities {@code [rows, classes]}; values below {@link #LEAST_PROBABILITY} count as
   *     it in log loss
   * @param labels the right class of each row, {@code [rows]}
   * @return how good they are
   * @throws IllegalArgumentException if the numbers of rows differ or are zero, or a label or a
   *     predicted class is out of range
   */
  public static Evaluation of(int[] predicted, INDArray probabilities, int[] labels) {
    return of(predicted, probabilities, labels, null);
  }

  /**
   * Judges predictions on rows that count differently: all four numbers are weighted means, and
   * only the ratios of the weights matter.
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param probabilities {@code [rows, classes]}
   * @param labels the right class of each row, {@code [rows]}
   * @param weights how much each row counts, 0 or more, {@code [rows]}; null for all rows alike
   * @return its {@link #rows} are all rows, also those of weight 0
   * @throws IllegalArgumentException as {@link #of(int[], INDArray, int[])} does; or if a weight is
   *     negative or not finite, or all are 0
   */
  public static Evaluation of(
      int[] predicted, INDArray probabilities, int[] labels, double @Nullable [] weights) {
    double[] losses = logLosses(predicted, probabilities, labels);
    double total = weights == null ? labels.length : Weights.total(weights, labels.length);
    int classes = (int) probabilities.size(1);
    float[] values = rowByRow(probabilities);
    double right = 0;
    double loss = 0;
    double squares = 0;
    double[] overconfidence = new double[BINS];
    for (int row = 0; row < labels.length; row++) {
      double weight = weights == null ? 1 : weights[row];
      int hit = predicted[row] == labels[row] ? 1 : 0;
      right += weight * hit;
      loss += weight * losses[row];
      for (int c = 0; c < classes; c++) {
        double gap = values[row * classes + c] - (c == labels[row] ? 1.0 : 0.0);
        squares += weight * gap * gap;
      }
      double confidence = values[row * classes + predicted[row]];
      overconfidence[Reliability.bin(confidence, BINS)] += weight * (confidence - hit);
    }
    double miscalibrated = 0;
    for (double sum : overconfidence) {
      miscalibrated += Math.abs(sum);
    }
    return new Evaluation(
        right / total, loss / total, squares / total, miscalibrated / total, labels.length);
  }

  /**
   * The log loss of each row, {@code [rows]}.
   *
   * @throws IllegalArgumentException as {@link #of(int[], INDArray, int[])} does
   */
  static double[] logLosses(int[] predicted, INDArray probabilities, int[] labels) {
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
    double[] losses = new double[labels.length];
    for (int row = 0; row < labels.length; row++) {
      checkClass("label", labels[row], row, classes);
      checkClass("predicted class", predicted[row], row, classes);
      double probability = probabilities.getFloat(row, labels[row]);
      losses[row] = -Math.log(Math.min(1, Math.max(LEAST_PROBABILITY, probability)));
    }
    return losses;
  }

  private static void checkClass(String what, int index, int row, int classes) {
    if (index < 0 || index >= classes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %d in row %d is out of range: there are probabilities of %d classes",
              what,
              index,
              row,
              classes));
    }
  }

  private static float[] rowByRow(INDArray matrix) {
    INDArray copy = matrix.dup('c');
    float[] values = copy.data().asFloat();
    copy.close();
    return values;
  }

  /**
   * {@return the share of rows predicted right, where there are no probabilities to judge}
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param labels the right class of each row, {@code [rows]}, one or more
   */
  public static double accuracy(int[] predicted, int[] labels) {
    int right = 0;
    for (int row = 0; row < labels.length; row++) {
      right += predicted[row] == labels[row] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /**
   * {@return the share of the weight of rows predicted right}
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param labels the right class of each row, {@code [rows]}, one or more
   * @param weights how much each row counts, 0 or more, {@code [rows]}
   * @throws IllegalArgumentException if there is not one weight per row, one is negative or not
   *     finite, or all are 0
   */
  public static double accuracy(int[] predicted, int[] labels, double[] weights) {
    double total = Weights.total(weights, labels.length);
    double right = 0;
    for (int row = 0; row < labels.length; row++) {
      right += predicted[row] == labels[row] ? weights[row] : 0;
    }
    return right / total;
  }

  /** In words: {@code accuracy 0.9692, log loss 0.1034 on 5000 rows}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "accuracy %.4f, log loss %.4f on %d rows", accuracy, logLoss, rows);
  }
}
