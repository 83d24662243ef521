package org.stacking4j.combine;

import java.util.List;
import org.apache.commons.math3.optim.ConvergenceChecker;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer.Formula;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;

/**
 * Learns which member to trust on which rows: a mixture of experts (Jacobs, Jordan, Nowlan, Hinton
 * 1991) whose experts stay as they are. The answer is a {@link GatedAverage}, whose parameters make
 * the mean log loss and a penalty least. They start at 0, the logit average, and the penalty keeps
 * them there unless the rows say otherwise. The rows' weights count; nothing is random.
 *
 * @param penalty of half the sum of squares of the parameters for standardised inputs, above 0; it
 *     is added to the summed log loss, so the more rows there are, the less it counts
 */
public record RowGate(double penalty) implements MetaLearner {
  /** Measured on nine data sets; docs/stacking.md has the numbers. */
  private static final double PENALTY = 100;

  private static final int MOST_ITERATIONS = 100;

  /** It has arrived when an iteration gains less than this, in nats. */
  private static final double GAIN = 1e-6;

  /** So closely, relative and absolute, the least loss along a line is found. */
  private static final double LINE = 1e-4;

  /**
   * Checks the penalty.
   *
   * @param penalty finite and above 0
   * @throws IllegalArgumentException if the penalty is not a finite number above 0
   */
  public RowGate {
    if (!(penalty > 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("penalty must be > 0 and finite, found " + penalty);
    }
  }

  /** {@return a gate with a penalty of 100} */
  public static RowGate defaults() {
    return new RowGate(PENALTY);
  }

  @Override
  public String label() {
    return "row gate";
  }

  /**
   * Fits any size; features that are passed through are not looked at.
   *
   * @throws IllegalArgumentException for targets: the least log loss is what it looks for
   */
  @Override
  public void checkSizes(int members, int features, Task task, int outputs) {
    if (task == Task.REGRESSION) {
      throw new IllegalArgumentException(
          "a row gate weighs members by the log loss of classes, but the data has targets; use"
              + " residual, linear or greedy");
    }
  }

  @Override
  public GatedAverage learn(MetaFeatures features, List<FitResult> fits) {
    GateLoss loss = new GateLoss(features, penalty / features.rows());
    ConvergenceChecker<PointValuePair> arrived =
        (iteration, before, now) ->
            iteration >= MOST_ITERATIONS || before.getValue() - now.getValue() < GAIN;
    PointValuePair least =
        new NonLinearConjugateGradientOptimizer(Formula.POLAK_RIBIERE, arrived, LINE, LINE, 1)
            .optimize(
                new ObjectiveFunction(loss::value),
                new ObjectiveFunctionGradient(loss::gradient),
                GoalType.MINIMIZE,
                new InitialGuess(new double[loss.parameters()]),
                MaxEval.unlimited());
    return loss.gate(least.getPoint());
  }
}
