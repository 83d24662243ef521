package org.stacking4j.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.Contribution;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.CombinerChoice;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Comparison;
import org.stacking4j.evaluate.Diversity;
import org.stacking4j.evaluate.Evaluation;
import org.stacking4j.evaluate.Leaderboard;
import org.stacking4j.evaluate.Verdict;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.train.FitRunner;

/**
 * Everything that answers for the same test rows, compared with the average of the members.
 *
 * <p>The verdict on the last stack is against the strongest fair average. Fair are the logit
 * average of one network per member, and for an out-of-fold stack also the logit average of all the
 * networks that were fitted for it, because it takes as many fits; the one with the higher accuracy
 * on the test rows, or with the lower log loss of equals, is the strongest. Choosing it by the rows
 * it is judged on is luck on the average's side: a stack that is found to beat it has beaten both.
 * Votes are on the leaderboard only: the more rivals there are to choose from, the more the best
 * owes to luck.
 */
final class Competition implements Rivals<Findings> {
  /** The rival every other row is compared with. */
  private static final String REFERENCE = CombinerChoice.AVERAGE;

  static final String EQUAL_COST = "equal-cost average";

  private final LabeledData test;
  private final long seed;
  private final int classes;
  private final Leaderboard.Builder board;
  private final List<String> members = new ArrayList<>();
  private final List<String> fairAverages = new ArrayList<>(); // to the last stack
  private String lastStack = "";
  private List<Contribution> contributions = List.of();

  /**
   * @param test the rows to judge by
   * @param seed of the comparisons' resamples
   */
  Competition(LabeledData test, long seed) {
    this.test = test;
    this.seed = seed;
    this.classes = test.classes();
    this.board = Leaderboard.builder(REFERENCE, test.labels());
  }

  /** Enters each base network, their averages and votes; returns the base networks' results. */
  @Override
  public List<Evaluation> enterBases(MemberNetworks bases) {
    INDArray logits = bases.logits(test, Prediction.REFIT);
    List<Evaluation> each = new ArrayList<>();
    for (int m = 0; m < bases.names().size(); m++) {
      double seconds = bases.refits().get(m).seconds();
      each.add(enter(bases.names().get(m), Combiner.member(m, classes), logits, seconds));
    }
    members.addAll(bases.names());
    enter(REFERENCE, Combiner.logitAverage(classes), logits, bases.seconds());
    enter("soft vote", Combiner.softVote(classes), logits, bases.seconds());
    enter("majority vote", Combiner.majorityVote(classes), logits, bases.seconds());
    return each;
  }

  @Override
  public Optional<String> differences() {
    return Optional.of(diversity().toString());
  }

  /** How differently the base networks err. */
  Diversity diversity() {
    return board.diversity(members);
  }

  /**
   * Enters a stack and, out-of-fold, its rival at equal cost: the logit average of all networks
   * that were fitted for it.
   *
   * @param answers what the stack's members say of the test rows
   */
  @Override
  public Evaluation enterStack(String label, StackingEnsemble stack, MetaFeatures answers) {
    INDArray logits = answers.logits();
    fairAverages.clear();
    fairAverages.add(REFERENCE);
    if (label.equals("out-of-fold")) {
      INDArray byAll =
          stack.prediction() == Prediction.REFIT
              ? stack.members().logits(test, Prediction.FOLDS_AND_REFIT)
              : logits;
      double seconds = stack.members().seconds();
      enter(EQUAL_COST, Combiner.logitAverage(classes), byAll, seconds);
      fairAverages.add(EQUAL_COST);
    }
    lastStack = "stack " + label;
    return enter(lastStack, stack.combiner(), stack.combiner().inputs(answers), stack.seconds());
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
          enter(name, combiner, inputs, seconds);
          inputs.close();
        });
    contributions = Contribution.of(config, stack, answers, runner);
    return contributions.stream().map(Contribution::toString).toList();
  }

  private Evaluation enter(String name, Combiner combiner, INDArray memberLogits, double seconds) {
    return board.enter(
        name, combiner.predict(memberLogits), combiner.probabilities(memberLogits), seconds);
  }

  @Override
  public Findings findings() {
    Leaderboard leaderboard = board.build();
    Map<String, Comparison> comparisons = new LinkedHashMap<>();
    for (String average : fairAverages) {
      comparisons.put(average, board.compare(lastStack, average, seed));
    }
    String strongest =
        leaderboard.rows().stream()
            .map(Leaderboard.Row::name)
            .filter(comparisons::containsKey)
            .findFirst()
            .orElseThrow();
    return new Findings(
        leaderboard,
        diversity(),
        board.confusion(lastStack, classes),
        comparisons,
        contributions,
        Verdict.of(strongest, Objects.requireNonNull(comparisons.get(strongest))));
  }
}
