package org.stacking4j.experiment;

import java.util.List;
import java.util.Optional;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.meta.MemberNetworks;
import org.stacking4j.meta.MetaFeatures;

/** Everything that answers for the same test rows, entered one after the other. */
interface Rivals<F extends Outcome> {
  /** Enters each base network and their averages; returns the base networks' results. */
  List<?> enterBases(MemberNetworks bases);

  /** How differently the base networks err, in words, if that is known. */
  Optional<String> differences();

  /** Enters a stack, and returns how good it is. */
  Object enterStack(String label, StackingEnsemble stack, MetaFeatures answers);

  /** What came out, after the last stack was entered. */
  F findings();
}
