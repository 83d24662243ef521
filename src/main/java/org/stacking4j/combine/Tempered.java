package org.stacking4j.combine;

import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.train.FitResult;

/**
 * Another combiner whose logits are divided by a temperature (Guo et al. 2017): the same classes
 * are predicted, with probabilities that are less sure where the temperature is above 1. Immutable
 * and thread-safe.
 *
 * @param combiner what answers
 * @param temperature what its logits are divided by, above 0
 */
public record Tempered(Combiner combiner, double temperature) implements Combiner {
  private static final double WIDEST = 20;

  /**
   * Checks the temperature.
   *
   * @param combiner what answers
   * @param temperature finite and above 0
   * @throws IllegalArgumentException if the temperature is not a finite number above 0
   */
  public Tempered {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "temperature must be > 0 and finite, found %s", temperature));
    }
  }

  /**
   * The temperature that makes the log loss of some answers least, 1/20 to 20. Log loss is convex
   * in its inverse.
   *
   * @param logits answers, {@code [rows, classes]} row by row
   * @param labels right classes, {@code [rows]}
   * @param weights how much each row counts, {@code [rows]}
   */
  static double temperature(float[] logits, int[] labels, double[] weights) {
    double low = 1 / WIDEST;
    double high = WIDEST;
    for (int halving = 0; halving < 40; halving++) {
      double middle = Math.sqrt(low * high);
      if (slope(logits, labels, weights, middle) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 1 / Math.sqrt(low * high);
  }

  /** The derivative of the summed log loss by the inverse temperature. */
  private static double slope(float[] logits, int[] labels, double[] weights, double inverse) {
    int classes = logits.length / labels.length;
    double slope = 0;
    for (int row = 0; row < labels.length; row++) {
      int at = row * classes;
      double most = most(logits, at, classes);
      double sum = 0;
      double weighted = 0;
      for (int c = 0; c < classes; c++) {
        double exponential = Math.exp(inverse * (logits[at + c] - most));
        sum += exponential;
        weighted += exponential * logits[at + c];
      }
      slope += weights[row] * (weighted / sum - logits[at + labels[row]]);
    }
    return slope;
  }

  /** The log loss of each row at an inverse temperature. */
  static double[] losses(float[] logits, int[] labels, double inverse) {
    int classes = logits.length / labels.length;
    double[] losses = new double[labels.length];
    for (int row = 0; row < labels.length; row++) {
      int at = row * classes;
      double most = most(logits, at, classes);
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(inverse * (logits[at + c] - most));
      }
      losses[row] = Math.log(sum) - inverse * (logits[at + labels[row]] - most);
    }
    return losses;
  }

  private static double most(float[] logits, int at, int classes) {
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      most = Math.max(most, logits[at + c]);
    }
    return most;
  }

  @Override
  public INDArray logits(INDArray memberLogits) {
    return combiner.logits(memberLogits).div(temperature);
  }

  /** Those of the combiner: dividing may round two different logits to one. */
  @Override
  public int[] predict(INDArray memberLogits) {
    return combiner.predict(memberLogits);
  }

  @Override
  public boolean needs(int member) {
    return combiner.needs(member);
  }

  @Override
  public int features() {
    return combiner.features();
  }

  @Override
  public List<FitResult> fits() {
    return combiner.fits();
  }
}
