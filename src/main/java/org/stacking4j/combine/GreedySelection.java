package org.stacking4j.combine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.SquaredErrors;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;

/**
 * Greedy ensemble selection with replacement (Caruana et al. 2004): round by round, the member is
 * added, perhaps again, that makes the log loss of the mean logits of those added so far least, or
 * in a regression the squared error of their mean. Of equals, one that is in already is taken, and
 * else the first. Rows count by their weights. The answer is that of the best round, as a {@link
 * WeightedAverage}; members that never were added need not be asked.
 *
 * @param rounds how many members are added, 1 or more
 */
public record GreedySelection(int rounds) implements MetaLearner {
  /** Losses closer than this are equal: their last digits are rounding. */
  private static final double EQUAL = 1e-9;

  /**
   * Checks the number of rounds.
   *
   * @param rounds 1 or more
   * @throws IllegalArgumentException if {@code rounds} is less than 1
   */
  public GreedySelection {
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be >= 1, found " + rounds);
    }
  }

  @Override
  public String label() {
    return "greedy selection";
  }

  @Override
  public WeightedAverage learn(MetaFeatures features, List<FitResult> fits) {
    int members = features.members().size();
    int outputs = features.outputNames().size();
    RowLoss rowLoss = rowLoss(features);
    INDArray all = features.logits();
    float[] logits = all.castTo(DataType.FLOAT).dup('c').data().asFloat();
    all.close();
    double[] sum = new double[features.rows() * outputs];
    int[] counts = new int[members];
    int[] best = counts;
    double least = Double.POSITIVE_INFINITY;
    for (int round = 1; round <= rounds; round++) {
      int chosen = -1;
      double chosenLoss = Double.POSITIVE_INFINITY;
      for (int member = 0; member < members; member++) {
        double loss = loss(sum, logits, member, members, outputs, rowLoss, round);
        boolean better = loss < chosenLoss - EQUAL;
        boolean equal = Math.abs(loss - chosenLoss) <= EQUAL;
        if (better || (equal && counts[member] > 0 && counts[chosen] == 0)) {
          chosen = member;
          chosenLoss = loss;
        }
      }
      counts[chosen]++;
      add(sum, logits, chosen, members, outputs);
      if (chosenLoss < least - EQUAL) {
        least = chosenLoss;
        best = counts.clone();
      }
    }
    int taken = Arrays.stream(best).sum();
    List<Double> weights = new ArrayList<>();
    for (int count : best) {
      weights.add((double) count / taken);
    }
    return new WeightedAverage(weights, outputs);
  }

  /** The loss of one row's answer, times the row's weight; these have a mean of 1. */
  @FunctionalInterface
  private interface RowLoss {
    double of(int row, double[] answer);
  }

  private static RowLoss rowLoss(MetaFeatures features) {
    double[] weights = features.toLabeledData().relativeWeights();
    if (features.task() == Task.REGRESSION) {
      SquaredErrors errors = SquaredErrors.of(features.toLabeledData());
      return (row, answer) -> weights[row] * errors.of(row, answer);
    }
    int[] labels = features.labels();
    return (row, answer) -> {
      double most = Double.NEGATIVE_INFINITY;
      for (double logit : answer) {
        most = Math.max(most, logit);
      }
      double exponentials = 0;
      for (double logit : answer) {
        exponentials += Math.exp(logit - most);
      }
      return weights[row] * (most + Math.log(exponentials) - answer[labels[row]]);
    };
  }

  /** Mean loss if the member were added. */
  private static double loss(
      double[] sum,
      float[] logits,
      int member,
      int members,
      int outputs,
      RowLoss rowLoss,
      int taken) {
    double total = 0;
    double[] answer = new double[outputs];
    int rows = sum.length / outputs;
    for (int row = 0; row < rows; row++) {
      int at = (row * members + member) * outputs;
      for (int i = 0; i < outputs; i++) {
        answer[i] = (sum[row * outputs + i] + logits[at + i]) / taken;
      }
      total += rowLoss.of(row, answer);
    }
    return total / rows;
  }

  private static void add(double[] sum, float[] logits, int member, int members, int outputs) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += logits[(i / outputs * members + member) * outputs + i % outputs];
    }
  }
}
