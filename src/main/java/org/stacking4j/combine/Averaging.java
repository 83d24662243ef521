package org.stacking4j.combine;

import java.util.List;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;

/**
 * Learns nothing: the mean of the members' logits answers, or in a regression that of their
 * predictions. An ensemble with it fits no other networks than those that it averages. Immutable.
 */
public record Averaging() implements MetaLearner {
  @Override
  public String label() {
    return "average";
  }

  @Override
  public Combiner learn(MetaFeatures features, List<FitResult> fits) {
    return Combiner.logitAverage(features.outputNames().size());
  }
}
