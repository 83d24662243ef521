package org.stacking4j.experiment;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;

/** Everything that answers for the same test rows, compared with the average of the members. */
final class Competition {
  /** The rival every other row is compared with. */
  private static final String REFERENCE = CombinerChoice.AVERAGE;

  private final LabeledData test;
  private final int classes;
  private final Leaderboard.Builder board;

  Competition(LabeledData test) {
    this.test = test;
    this.classes = test.classes();
    this.board = Leaderboard.builder(REFERENCE, test.labels());
  }

  /** Enters each base network, their averages and votes; returns the base networks' results. */
  List<Evaluation> enterBases(MemberNetworks bases) {
    INDArray logits = bases.logits(test, Prediction.REFIT);
    List<Evaluation> each = new ArrayList<>();
    for (int m = 0; m < bases.names().size(); m++) {
      double seconds = bases.refits().get(m).seconds();
      each.add(enter(bases.names().get(m), Combiner.member(m, classes), logits, seconds));
    }
    enter(REFERENCE, Combiner.logitAverage(classes), logits, bases.seconds());
    enter("soft vote", Combiner.softVote(classes), logits, bases.seconds());
    enter("majority vote", Combiner.majorityVote(classes), logits, bases.seconds());
    return each;
  }

  /**
   * Enters a stack and, out-of-fold, the average of its fold networks, its rival at equal cost.
   *
   * @param answers what the stack's members say of the test rows
   */
  Evaluation enterStack(String label, StackingEnsemble stack, MetaFeatures answers) {
    INDArray logits = answers.logits();
    if (label.equals("out-of-fold")) {
      INDArray byFolds =
          stack.prediction() == Prediction.FOLD_MEAN
              ? logits
              : stack.members().logits(test, Prediction.FOLD_MEAN);
      double seconds = stack.members().seconds();
      enter("fold average", Combiner.logitAverage(classes), byFolds, seconds);
    }
    return enter("stack " + label, stack.combiner(), logits, stack.seconds());
  }

  private Evaluation enter(String name, Combiner combiner, INDArray memberLogits, double seconds) {
    return board.enter(
        name, combiner.predict(memberLogits), combiner.probabilities(memberLogits), seconds);
  }

  Leaderboard leaderboard() {
    return board.build();
  }
}
