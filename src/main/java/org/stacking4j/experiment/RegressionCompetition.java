package org.stacking4j.experiment;

import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final LabeledData test;
  private final RegressionLeaderboard.Builder board;
  private List<RegressionContribution> contributions = List.of();

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
        RegressionLeaderboard.verdict(
            strongest, Objects.requireNonNull(comparisons.get(strongest)), test));
  }
}
