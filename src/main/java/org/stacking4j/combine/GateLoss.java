package org.stacking4j.combine;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.meta.MetaFeatures;

/**
 * What a {@link RowGate} makes least: the mean log loss of a gated average, and a penalty, as a
 * function of its parameters. These are those of {@link GatedAverage}, but for standardised inputs.
 */
final class GateLoss {
  /** Of an input, in nats: one that hardly varied must not decide where it does for once. */
  private static final double LEAST_DEVIATION = 1e-3;

  private final float[] logits; // [rows, members, classes]
  private final int[] labels;
  private final double[] shares; // of the rows in the mean
  private final int members;
  private final int classes;
  private final int count; // inputs of a row, without the 1
  private final double[] inputs; // [rows, count], standardised
  private final double[] means;
  private final double[] deviations;
  private final double penalty;

  /**
   * @param features what is learned from; the rows' weights count
   * @param penalty of half the parameters' sum of squares, beside the mean log loss
   */
  GateLoss(MetaFeatures features, double penalty) {
    members = features.members().size();
    classes = features.classNames().size();
    labels = features.labels();
    INDArray all = features.logits();
    logits = all.castTo(DataType.FLOAT).dup('c').data().asFloat();
    all.close();
    shares = features.toLabeledData().weights();
    double total = Arrays.stream(shares).sum();
    for (int row = 0; row < shares.length; row++) {
      shares[row] /= total;
    }
    count = GatedAverage.inputs(members, classes);
    inputs = new double[labels.length * count];
    for (int row = 0; row < labels.length; row++) {
      GatedAverage.putInputs(
          logits, row * members * classes, members, classes, inputs, row * count);
    }
    means = new double[count];
    deviations = new double[count];
    standardise();
    this.penalty = penalty;
  }

  private void standardise() {
    for (int i = 0; i < count; i++) {
      for (int row = 0; row < shares.length; row++) {
        means[i] += shares[row] * inputs[row * count + i];
      }
      double variance = 0;
      for (int row = 0; row < shares.length; row++) {
        double distance = inputs[row * count + i] - means[i];
        variance += shares[row] * distance * distance;
      }
      deviations[i] = Math.max(Math.sqrt(variance), LEAST_DEVIATION);
      for (int row = 0; row < shares.length; row++) {
        inputs[row * count + i] = (inputs[row * count + i] - means[i]) / deviations[i];
      }
    }
  }

  /** How many parameters there are. */
  int parameters() {
    return members * (count + 1);
  }

  /** The loss. */
  double value(double[] parameters) {
    double[] weights = new double[members];
    double[] answer = new double[classes];
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      GatedAverage.putWeights(parameters, inputs, row * count, count, weights);
      GatedAverage.putMean(logits, row * members * classes, weights, answer);
      double right = answer[labels[row]];
      sum += shares[row] * (GatedAverage.softmax(answer) - right);
    }
    for (double parameter : parameters) {
      sum += penalty / 2 * parameter * parameter;
    }
    return sum;
  }

  /** Its derivative by each parameter. */
  double[] gradient(double[] parameters) {
    double[] gradient = new double[parameters.length];
    double[] weights = new double[members];
    double[] answer = new double[classes];
    double[] byWeight = new double[members];
    for (int row = 0; row < labels.length; row++) {
      int at = row * members * classes;
      GatedAverage.putWeights(parameters, inputs, row * count, count, weights);
      GatedAverage.putMean(logits, at, weights, answer);
      GatedAverage.softmax(answer);
      answer[labels[row]] -= 1; // now the derivative by the answer
      double mean = 0;
      for (int m = 0; m < members; m++) {
        byWeight[m] = 0;
        for (int c = 0; c < classes; c++) {
          byWeight[m] += answer[c] * logits[at + m * classes + c];
        }
        mean += weights[m] * byWeight[m];
      }
      for (int m = 0; m < members; m++) {
        double byScore = shares[row] * weights[m] * (byWeight[m] - mean);
        int to = m * (count + 1);
        for (int i = 0; i < count; i++) {
          gradient[to + i] += byScore * inputs[row * count + i];
        }
        gradient[to + count] += byScore;
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += penalty * parameters[i];
    }
    return gradient;
  }

  /** The gate of these parameters, for inputs that are not standardised. */
  GatedAverage gate(double[] parameters) {
    double[] own = parameters.clone();
    for (int m = 0; m < members; m++) {
      int from = m * (count + 1);
      for (int i = 0; i < count; i++) {
        own[from + i] /= deviations[i];
        own[from + count] -= own[from + i] * means[i];
      }
    }
    return new GatedAverage(Arrays.stream(own).boxed().toList(), members, classes);
  }
}
