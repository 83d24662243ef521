package org.stacking4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.combine.Combiner;
import org.stacking4j.data.Task;
import org.stacking4j.evaluate.LossDifference;
import org.stacking4j.evaluate.RegressionLeaderboard;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitRunner;

/**
 * What a member adds to an ensemble that predicts targets, found by leaving it out as {@link
 * Contribution} does. Immutable.
 *
 * @param member its name
 * @param r2 the R² of the whole ensemble on held-out rows less that of the one that lacks the
 *     member
 */
public record RegressionContribution(String member, LossDifference r2) {

  /**
   * Leaves out each member in turn.
   *
   * @param config what the ensemble was fitted by
   * @param ensemble fitted in this process: one read from a file no longer has its meta-features
   * @param heldOut {@link StackingEnsemble#metaFeatures} of rows it was not fitted on
   * @param runner where meta networks are fitted
   * @return in the members' order; empty for a single member
   * @throws IllegalArgumentException if the ensemble was read from a file, or tells classes apart
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  public static List<RegressionContribution> of(
      StackingConfig config, StackingEnsemble ensemble, MetaFeatures heldOut, FitRunner runner) {
    if (heldOut.task() != Task.REGRESSION) {
      throw new IllegalArgumentException(
          "a RegressionContribution is one to targets, and this ensemble tells classes apart; use"
              + " Contribution");
    }
    List<String> members = heldOut.members();
    if (members.size() < 2) {
      return List.of();
    }
    String whole = "ensemble";
    RegressionLeaderboard.Builder board =
        RegressionLeaderboard.builder(whole, heldOut.toLabeledData(), config.seed());
    enter(board, whole, ensemble.combiner(), heldOut);
    List<RegressionContribution> contributions = new ArrayList<>();
    for (String member : members) {
      String without = "without " + member;
      Combiner rest = Contribution.without(member, config, ensemble, runner);
      enter(board, without, rest, heldOut.without(member));
      contributions.add(new RegressionContribution(member, board.compare(whole, without)));
    }
    return contributions;
  }

  private static void enter(
      RegressionLeaderboard.Builder board, String name, Combiner combiner, MetaFeatures features) {
    INDArray inputs = combiner.inputs(features);
    board.enter(name, combiner.logits(inputs), 0);
    inputs.close();
  }

  /**
   * In words: {@code without mlp-1: R² 0.0123 lower [-0.0201, -0.0045]}; the interval is of 95 %,
   * of the change from the whole ensemble.
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "without %s: R² %s [%+.4f, %+.4f]",
        member,
        Contribution.change("%.4f", -r2.difference()),
        0 - r2.high(), // of 0 no -0
        0 - r2.low());
  }
}
