package org.stacking4j.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.LogitAverage;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.data.LabeledData;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.meta.Prediction;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;

/**
 * Everything that answers for the same test rows, entered one after the other, and compared with
 * the average of the members.
 *
 * <p>The verdict on the last stack is against the strongest fair average. Fair are the average of
 * one network per member, and for an out-of-fold stack also the average of all the networks that
 * were fitted for it, because it takes as many fits; the one that is first on the leaderboard is
 * the strongest. Choosing it by the rows it is judged on is luck on the average's side: a stack
 * that is found to beat it has beaten both.
 *
 * @param <E> how good one of them is
 * @param <F> what came out
 */
abstract class Rivals<E, F extends Outcome> {
  private static final String OUT_OF_FOLD = "out-of-fold";
  private static final String EQUAL_COST = "equal-cost average";

  private final LabeledData test;
  private final String average;
  private final List<String> members = new ArrayList<>();
  private final List<String> fairAverages = new ArrayList<>(); // to the last stack
  private String lastStack = "";
  private @Nullable StackingEnsemble last;

  /**
   * @param test the rows to judge by
   * @param average the name of the members' average, which every other row is compared with
   */
  Rivals(LabeledData test, String average) {
    this.test = test;
    this.average = average;
  }

  /** Enters one, and returns how good it is. */
  abstract E enter(String name, Combiner combiner, INDArray memberLogits, double seconds);

  /** Enters each base network and their average; returns the base networks' results. */
  final List<E> enterBases(MemberNetworks bases) {
    INDArray logits = bases.logits(test, Prediction.REFIT);
    List<E> each = new ArrayList<>();
    for (int m = 0; m < bases.names().size(); m++) {
      Combiner alone = Combiner.member(m, test.outputs());
      double seconds = bases.refits().get(m).seconds();
      each.add(enter(bases.names().get(m), alone, logits, seconds));
    }
    members.addAll(bases.names());
    enter(average, Combiner.logitAverage(test.outputs()), logits, bases.seconds());
    enterVotes(logits, bases.seconds());
    return each;
  }

  /** Enters what else combines the base networks without learning, if there is such a thing. */
  void enterVotes(INDArray memberLogits, double seconds) {}

  /** How differently the base networks err, in words, if that is known. */
  Optional<String> differences() {
    return Optional.empty();
  }

  /** Whether its members are averaged because that was asked for. */
  private static boolean isAverage(StackingEnsemble stack) {
    return stack.combiner() instanceof LogitAverage && stack.choice().evidence().isEmpty();
  }

  /**
   * What a stack is called on the leaderboard. One that only averages is called as the average is.
   *
   * @param average the name of the average of one network per member
   */
  static String name(String label, StackingEnsemble stack, String average) {
    if (!isAverage(stack)) {
      return "stack " + label;
    }
    MemberNetworks members = stack.members();
    if (members.foldCount() == 0) {
      return members.networkCount() == members.names().size() ? average : "average with stacks";
    }
    return label.equals(OUT_OF_FOLD) ? EQUAL_COST : "average by " + label;
  }

  /**
   * Enters a stack and, out-of-fold, its rival at equal cost: the average of all networks that were
   * fitted for it.
   *
   * @param answers what the stack's members say of the test rows
   * @return what to tell of it
   */
  final String enterStack(String label, StackingEnsemble stack, MetaFeatures answers) {
    fairAverages.clear();
    lastStack = name(label, stack, average);
    last = stack;
    if (lastStack.equals(average)) {
      return "it is the " + average + " of the base networks"; // and was entered with them
    }
    INDArray logits = answers.logits();
    if (isAverage(stack)) {
      return lastStack + ": " + enter(lastStack, stack.combiner(), logits, stack.seconds());
    }
    fairAverages.add(average);
    if (label.equals(OUT_OF_FOLD)) {
      INDArray byAll =
          stack.prediction() == Prediction.REFIT
              ? stack.members().logits(test, Prediction.FOLDS_AND_REFIT)
              : logits;
      double seconds = stack.members().seconds();
      enter(EQUAL_COST, Combiner.logitAverage(test.outputs()), byAll, seconds);
      fairAverages.add(EQUAL_COST);
    }
    INDArray inputs = stack.combiner().inputs(answers);
    return lastStack + ": " + enter(lastStack, stack.combiner(), inputs, stack.seconds());
  }

  /**
   * Enters what else could have combined the last stack's members, each learner fitted on all its
   * meta-features.
   *
   * @param answers what the stack's members say of the test rows
   * @return what to tell of it, in words
   */
  List<String> enterAlternatives(
      StackingConfig config, StackingEnsemble stack, MetaFeatures answers, FitRunner runner) {
    if (config.averages()) {
      return List.of();
    }
    MetaFeatures training = stack.trainingMetaFeatures().orElseThrow();
    for (MetaLearner learner : config.metaLearners()) {
      if (!learner.label().equals(stack.choice().label())) {
        Combiner combiner = learner.fit(training, config.seed(), runner);
        double seconds = combiner.fits().stream().mapToDouble(FitResult::seconds).sum();
        INDArray inputs = combiner.inputs(answers);
        enter(learner.label(), combiner, inputs, stack.members().seconds() + seconds);
        inputs.close();
      }
    }
    return List.of();
  }

  /** What came out, after the last stack was entered. */
  abstract F findings();

  /** The base networks, by name. */
  final List<String> members() {
    return members;
  }

  final String lastStack() {
    return lastStack;
  }

  /** The last stack compared with each fair average, by the averages' names. */
  final <C> Map<String, C> comparisons(Function<String, C> withAverage) {
    Map<String, C> comparisons = new LinkedHashMap<>();
    for (String fair : fairAverages) {
      comparisons.put(fair, withAverage.apply(fair));
    }
    return comparisons;
  }

  /**
   * The strongest fair average.
   *
   * @param names of everybody, the best first
   */
  final String strongest(List<String> names) {
    return names.stream().filter(fairAverages::contains).findFirst().orElse(lastStack);
  }

  /**
   * The verdict on the last stack, where there is something to compare it with.
   *
   * @param comparison with the strongest fair average
   * @param of makes a sentence of a comparison and how to get the average
   */
  final <C> String verdict(
      String strongest, @Nullable C comparison, BiFunction<C, String, String> of) {
    return comparison == null
        ? "the "
            + lastStack
            + " is saved, as meta: average asks; nothing learned to combine the members, so there is"
            + " no verdict on stacking"
        : of.apply(comparison, howToGet(strongest));
  }

  /** The options that make a run save an average instead of its last stack. */
  private String howToGet(String fairAverage) {
    StackingEnsemble stack = Objects.requireNonNull(last);
    boolean ofAll = fairAverage.equals(EQUAL_COST);
    Prediction needed =
        !ofAll
            ? Prediction.REFIT
            : stack.prediction().asksFolds() ? stack.prediction() : Prediction.FOLDS_AND_REFIT;
    boolean leavesStacks =
        !ofAll && stack.members().networkCount() < stack.members().names().size();
    return "--meta average"
        + (needed == stack.prediction() ? "" : " --prediction " + needed)
        + (leavesStacks ? ", without inner-stacks" : "");
  }
}
