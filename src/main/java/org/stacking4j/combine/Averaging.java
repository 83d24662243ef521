package org.stacking4j.combine;

import java.util.List;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitTask;

/**
 * Learns nothing: the mean of the members' logits answers, or in a regression that of their
 * predictions. An ensemble with it fits no other networks than those that it averages. Immutable.
 */
public record Averaging() implements MetaLearner {
  @Override
  public String label() {
    return "average";
  }

  /** Fits any size. */
  @Override
  public void checkSizes(int members, int features, Task task, int outputs) {}

  /** None. */
  @Override
  public List<FitTask> tasks(MetaFeatures features, int fold, int folds, long seed) {
    return List.of();
  }

  @Override
  public Combiner learn(MetaFeatures features, List<FitResult> fits) {
    return Combiner.logitAverage(features.outputNames().size());
  }
}
