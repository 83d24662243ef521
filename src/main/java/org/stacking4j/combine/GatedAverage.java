package org.stacking4j.combine;

import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The mean of the members' logits, with weights of its own for each row: the softmax of a function
 * that is linear in the row's <b>inputs</b>. These are the classes' mean logits less the mean of
 * all of them, then for each member the logarithm of its largest probability, then 1. Immutable and
 * thread-safe.
 *
 * @param parameters of that function, {@code [members × (classes + members + 1)]}, member by member
 *     in the order of the inputs; all 0, the answer is the logit average
 * @param members how many members
 * @param classes how many logits each member has
 */
public record GatedAverage(List<Double> parameters, int members, int classes) implements Combiner {
  /**
   * Copies and checks the parameters.
   *
   * @param parameters {@code [members × (classes + members + 1)]}, each finite
   * @param members how many members
   * @param classes how many logits each member has
   * @throws IllegalArgumentException if there are more or fewer parameters, or one is not finite
   */
  public GatedAverage {
    parameters = List.copyOf(parameters);
    int expected = members * (inputs(members, classes) + 1);
    if (parameters.size() != expected || !parameters.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a gate for %d members and %d classes must have %d finite parameters, found %s",
              members,
              classes,
              expected,
              parameters.size() == expected ? parameters : parameters.size()));
    }
  }

  @Override
  public INDArray logits(INDArray memberLogits) {
    INDArray byMember = LogitAverage.byMember(memberLogits, classes);
    if (byMember.size(1) != members) {
      throw new IllegalArgumentException(
          "the gate is for " + members + " members, the logits are those of " + byMember.size(1));
    }
    int rows = (int) byMember.size(0);
    float[] logits = byMember.data().asFloat();
    double[] gate = parameters.stream().mapToDouble(Double::doubleValue).toArray();
    double[] inputs = new double[inputs(members, classes)];
    double[] weights = new double[members];
    double[] answer = new double[classes];
    float[] answers = new float[rows * classes];
    for (int row = 0; row < rows; row++) {
      int at = row * members * classes;
      putInputs(logits, at, members, classes, inputs, 0);
      putWeights(gate, inputs, 0, inputs.length, weights);
      putMean(logits, at, weights, answer);
      for (int c = 0; c < classes; c++) {
        answers[row * classes + c] = (float) answer[c];
      }
    }
    return Nd4j.createFromArray(answers).reshape('c', rows, classes);
  }

  /** How many inputs a row has, but for the last, which is 1. */
  static int inputs(int members, int classes) {
    return classes + members;
  }

  /** Puts a row's inputs, but for the last, into an array, from {@code to} on. */
  static void putInputs(float[] logits, int at, int members, int classes, double[] inputs, int to) {
    double mean = 0;
    for (int c = 0; c < classes; c++) {
      double sum = 0;
      for (int m = 0; m < members; m++) {
        sum += logits[at + m * classes + c];
      }
      inputs[to + c] = sum / members;
      mean += sum / members / classes;
    }
    for (int c = 0; c < classes; c++) {
      inputs[to + c] -= mean;
    }
    for (int m = 0; m < members; m++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        most = Math.max(most, logits[at + m * classes + c]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(logits[at + m * classes + c] - most);
      }
      inputs[to + classes + m] = -Math.log(sum);
    }
  }

  /** Puts the members' weights in a row, {@code [members]}, whose inputs are from {@code at} on. */
  static void putWeights(double[] gate, double[] inputs, int at, int count, double[] weights) {
    for (int m = 0; m < weights.length; m++) {
      int from = m * (count + 1);
      double score = gate[from + count];
      for (int i = 0; i < count; i++) {
        score += gate[from + i] * inputs[at + i];
      }
      weights[m] = score;
    }
    softmax(weights);
  }

  /**
   * Puts the softmax of values in their place; returns the logarithm of their exponentials' sum.
   */
  static double softmax(double[] values) {
    double most = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      most = Math.max(most, value);
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(values[i] - most);
      sum += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
    return most + Math.log(sum);
  }

  /** Puts the weighted mean of a row's logits, {@code [classes]}. */
  static void putMean(float[] logits, int at, double[] weights, double[] mean) {
    int classes = mean.length;
    for (int c = 0; c < classes; c++) {
      double sum = 0;
      for (int m = 0; m < weights.length; m++) {
        sum += weights[m] * logits[at + m * classes + c];
      }
      mean[c] = sum;
    }
  }
}
