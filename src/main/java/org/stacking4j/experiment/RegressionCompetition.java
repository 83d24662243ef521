package org.stacking4j.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.RegressionContribution;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.evaluate.RegressionLeaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitRunner;

/** Rivals that predict targets; the strongest average is the one with the higher R². */
final class RegressionCompetition extends Rivals<RegressionEvaluation, RegressionFindings> {
  private static final int MOST_ANSWERS = 2000; // kept for pictures of them

  private final LabeledData test;
  private final RegressionLeaderboard.Builder board;
  private List<RegressionContribution> contributions = List.of();
  private List<RegressionFindings.Answer> answers = List.of(); // of the last stack

  /**
   * @param test the rows to judge by
   * @param seed of the comparisons' resamples
   */
  RegressionCompetition(LabeledData test, long seed) {
    super(test, CombinerChoice.REGRESSION_AVERAGE);
    this.test = test;
    this.board = RegressionLeaderboard.builder(CombinerChoice.REGRESSION_AVERAGE, test, seed);
  }

  @Override
  RegressionEvaluation enter(
      String name, Combiner combiner, INDArray memberLogits, double seconds) {
    INDArray predicted = combiner.logits(memberLogits);
    if (name.equals(lastStack()) || name.equals(CombinerChoice.REGRESSION_AVERAGE)) {
      answers = answers(predicted.dup('c').data().asFloat());
    }
    return board.enter(name, predicted, seconds);
  }

  /** Some of the answers, {@code [rows, targets]} row by row: of rows evenly spread. */
  private List<RegressionFindings.Answer> answers(float[] predicted) {
    int outputs = test.outputs();
    int count = Math.min(test.rows(), Math.max(1, MOST_ANSWERS / outputs));
    float[] right = new float[outputs];
    List<RegressionFindings.Answer> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int row = (int) ((long) i * test.rows() / count);
      test.targets(new int[] {row}, right);
      for (int t = 0; t < outputs; t++) {
        some.add(
            new RegressionFindings.Answer(
                test.outputNames().get(t), right[t], predicted[row * outputs + t]));
      }
    }
    return some;
  }

  /** Leaves out each member in turn, too. */
  @Override
  List<String> enterAlternatives(
      StackingConfig config, StackingEnsemble stack, MetaFeatures answers, FitRunner runner) {
    super.enterAlternatives(config, stack, answers, runner);
    contributions = RegressionContribution.of(config, stack, answers, runner);
    return contributions.stream().map(RegressionContribution::toString).toList();
  }

  @Override
  RegressionFindings findings() {
    RegressionLeaderboard leaderboard = board.build();
    Map<String, LossDifference> comparisons =
        comparisons(average -> board.compare(lastStack(), average));
    String strongest =
        strongest(leaderboard.rows().stream().map(RegressionLeaderboard.Row::name).toList());
    return new RegressionFindings(
        leaderboard,
        comparisons,
        contributions,
        answers,
        verdict(
            strongest,
            comparisons.get(strongest),
            (difference, how) -> RegressionLeaderboard.verdict(strongest, difference, test, how)));
  }
}
