package org.stacking4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.combine.Tempered;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitRunner;

/**
 * What a member adds to an ensemble, found by leaving it out. Immutable.
 *
 * @param member its name
 * @param comparison on held-out rows the whole ensemble, first, with the one that lacks the member,
 *     second
 */
public record Contribution(String member, Comparison comparison) {

  /**
   * Leaves out each member in turn. The others' networks stay as they are; the same kind of
   * combiner learns anew from the meta-features without the member's columns. Members that resemble
   * each other stand in for each other, so that each may contribute little and all of them much.
   *
   * @param config what the ensemble was fitted by
   * @param ensemble fitted in this process: one read from a file no longer has its meta-features
   * @param heldOut {@link StackingEnsemble#metaFeatures} of rows it was not fitted on
   * @param runner where meta networks are fitted
   * @return in the members' order; empty for a single member
   * @throws IllegalArgumentException if the ensemble was read from a file, or predicts targets: see
   *     {@link RegressionContribution}
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public static List<Contribution> of(
      StackingConfig config, StackingEnsemble ensemble, MetaFeatures heldOut, FitRunner runner) {
    if (heldOut.task() == Task.REGRESSION) {
      throw new IllegalArgumentException(
          "a Contribution is one to classes, and this ensemble predicts targets; use"
              + " RegressionContribution");
    }
    List<String> members = heldOut.members();
    if (members.size() < 2) {
      return List.of();
    }
    String whole = "ensemble";
    Leaderboard.Builder board =
        Leaderboard.builder(whole, heldOut.labels(), heldOut.toLabeledData().relativeWeights());
    enter(board, whole, ensemble.combiner(), heldOut);
    List<Contribution> contributions = new ArrayList<>();
    for (String member : members) {
      Combiner rest = without(member, config, ensemble, runner);
      enter(board, "without " + member, rest, heldOut.without(member));
      contributions.add(
          new Contribution(member, board.compare(whole, "without " + member, config.seed())));
    }
    return contributions;
  }

  /** One of the kind that was chosen, for the other members, at the same temperature. */
  static Combiner without(
      String member, StackingConfig config, StackingEnsemble ensemble, FitRunner runner) {
    CombinerChoice choice = ensemble.choice();
    Combiner combiner = Combiner.logitAverage(ensemble.outputNames().size());
    if (config.averages()) {
      return combiner;
    }
    MetaFeatures training =
        ensemble
            .trainingMetaFeatures()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "an ensemble read from a file has no meta-features to learn from anew; fit"
                            + " it"))
            .without(member);
    for (MetaLearner learner : config.metaLearners()) {
      if (learner.label().equals(choice.label())) {
        combiner = learner.fit(training, config.seed(), runner);
      }
    }
    return choice.combiner() instanceof Tempered tempered
        ? new Tempered(combiner, tempered.temperature())
        : combiner;
  }

  private static void enter(
      Leaderboard.Builder board, String name, Combiner combiner, MetaFeatures features) {
    INDArray logits = combiner.inputs(features);
    board.enter(name, combiner.predict(logits), combiner.probabilities(logits), 0);
    logits.close();
  }

  /**
   * In words: {@code without mlp-1: accuracy 0.08 points lower [-0.18, +0.02], log loss 0.0021
   * higher [+0.0009, +0.0033]}; the intervals are of 95 %, of the change from the whole ensemble.
   */
  @Override
  public String toString() {
    var accuracy = comparison.accuracy();
    var logLoss = comparison.logLoss();
    return String.format(
        Locale.ROOT,
        "without %s: accuracy %s [%+.2f, %+.2f], log loss %s [%+.4f, %+.4f]",
        member,
        change("%.2f points", -100 * accuracy.difference()),
        0 - 100 * accuracy.high(), // of 0 no -0
        0 - 100 * accuracy.low(),
        change("%.4f", -logLoss.difference()),
        0 - logLoss.high(),
        0 - logLoss.low());
  }

  /**
   * A change in words: {@code 1.00 points lower}, or {@code the same} where its digits are all 0.
   *
   * @param format of its size
   */
  static String change(String format, double change) {
    String size = String.format(Locale.ROOT, format, Math.abs(change));
    return size.equals(String.format(Locale.ROOT, format, 0.0))
        ? "the same"
        : size + (change < 0 ? " lower" : " higher");
  }
}
