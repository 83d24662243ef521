package org.stacking4j.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.RegressionEvaluation;
import org.stacking4j.evaluate.RegressionLeaderboard;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.train.FitRunner;

/**
 * Everything that predicts the targets of the same test rows, compared with the average of the
 * members. Which averages are fair is as in {@link Competition}; the strongest is the one with the
 * higher R².
 */
final class RegressionCompetition implements Rivals<RegressionFindings> {
  private static final String REFERENCE = CombinerChoice.REGRESSION_AVERAGE;

  private final LabeledData test;
  private final int targets;
  private final RegressionLeaderboard.Builder board;
  private final List<String> fairAverages = new ArrayList<>(); // to the last stack
  private String lastStack = "";

  /**
   * @param test the rows to judge by
   * @param seed of the comparisons' resamples
   */
  RegressionCompetition(LabeledData test, long seed) {
    this.test = test;
    this.targets = test.outputs();
    this.board = RegressionLeaderboard.builder(REFERENCE, test, seed);
  }

  @Override
  public List<RegressionEvaluation> enterBases(MemberNetworks bases) {
    INDArray answers = bases.logits(test, Prediction.REFIT);
    List<RegressionEvaluation> each = new ArrayList<>();
    for (int m = 0; m < bases.names().size(); m++) {
      double seconds = bases.refits().get(m).seconds();
      each.add(
          board.enter(bases.names().get(m), Combiner.member(m, targets).logits(answers), seconds));
    }
    board.enter(REFERENCE, Combiner.logitAverage(targets).logits(answers), bases.seconds());
    return each;
  }

  @Override
  public Optional<String> differences() {
    return Optional.empty();
  }

  @Override
  public RegressionEvaluation enterStack(
      String label, StackingEnsemble stack, MetaFeatures answers) {
    INDArray values = answers.logits();
    fairAverages.clear();
    fairAverages.add(REFERENCE);
    if (label.equals("out-of-fold")) {
      INDArray byAll =
          stack.prediction() == Prediction.REFIT
              ? stack.members().logits(test, Prediction.FOLDS_AND_REFIT)
              : values;
      double seconds = stack.members().seconds();
      board.enter(Competition.EQUAL_COST, Combiner.logitAverage(targets).logits(byAll), seconds);
      fairAverages.add(Competition.EQUAL_COST);
    }
    lastStack = "stack " + label;
    INDArray inputs = stack.combiner().inputs(answers);
    return board.enter(lastStack, stack.combiner().logits(inputs), stack.seconds());
  }

  @Override
  public List<String> enterAlternatives(
      StackingConfig config, StackingEnsemble stack, MetaFeatures answers, FitRunner runner) {
    Rivals.otherLearners(
        config,
        stack,
        runner,
        (name, combiner, seconds) -> {
          INDArray inputs = combiner.inputs(answers);
          board.enter(name, combiner.logits(inputs), seconds);
          inputs.close();
        });
    return List.of();
  }

  @Override
  public RegressionFindings findings() {
    RegressionLeaderboard leaderboard = board.build();
    Map<String, LossDifference> comparisons = new LinkedHashMap<>();
    for (String average : fairAverages) {
      comparisons.put(average, board.compare(lastStack, average));
    }
    String strongest =
        leaderboard.rows().stream()
            .map(RegressionLeaderboard.Row::name)
            .filter(comparisons::containsKey)
            .findFirst()
            .orElseThrow();
    return new RegressionFindings(
        leaderboard,
        comparisons,
        RegressionLeaderboard.verdict(
            strongest, Objects.requireNonNull(comparisons.get(strongest)), test.rows()));
  }
}
