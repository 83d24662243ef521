package org.stacking4j.experiment;

import java.util.List;
import java.util.Optional;
import org.stacking4j.StackingConfig;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.combine.Combiner;
import org.stacking4j.combine.MetaLearner;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;

/** Everything that answers for the same test rows, entered one after the other. */
interface Rivals<F extends Outcome> {
  /** Enters each base network and their averages; returns the base networks' results. */
  List<?> enterBases(MemberNetworks bases);

  /** How differently the base networks err, in words, if that is known. */
  Optional<String> differences();

  /** Enters a stack, and returns how good it is. */
  Object enterStack(String label, StackingEnsemble stack, MetaFeatures answers);

  /**
   * Enters what else could have combined the last stack's members, each learner fitted on all its
   * meta-features, and leaves out each member in turn if that can be judged.
   *
   * @param answers what the stack's members say of the test rows
   * @return what to tell of it, in words
   */
  List<String> enterAlternatives(
      StackingConfig config, StackingEnsemble stack, MetaFeatures answers, FitRunner runner);

  /** What came out, after the last stack was entered. */
  F findings();

  /** Takes a combiner that was not chosen, with the seconds of all fits it needs. */
  interface Entrance {
    void enter(String name, Combiner combiner, double seconds);
  }

  /** Fits each learner of a stack that was not chosen on all its meta-features. */
  static void otherLearners(
      StackingConfig config, StackingEnsemble stack, FitRunner runner, Entrance entrance) {
    MetaFeatures training = stack.trainingMetaFeatures().orElseThrow();
    for (MetaLearner learner : config.metaLearners()) {
      if (!learner.label().equals(stack.choice().label())) {
        Combiner combiner = learner.fit(training, config.seed(), runner);
        double seconds = combiner.fits().stream().mapToDouble(FitResult::seconds).sum();
        entrance.enter(learner.label(), combiner, stack.members().seconds() + seconds);
      }
    }
  }
}
