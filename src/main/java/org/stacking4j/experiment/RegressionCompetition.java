package org.stacking4j.experiment;

import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.evaluate.RegressionLeaderboard;

/** Rivals that predict targets; the strongest average is the one with the higher R². */
final class RegressionCompetition extends Rivals<RegressionEvaluation, RegressionFindings> {
  private final LabeledData test;
  private final RegressionLeaderboard.Builder board;

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
    return board.enter(name, combiner.logits(memberLogits), seconds);
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
        RegressionLeaderboard.verdict(
            strongest, Objects.requireNonNull(comparisons.get(strongest)), test));
  }
}
