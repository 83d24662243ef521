package org.stacking4j.combine;

import java.util.List;
import org.stacking4j.data.Task;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;

/**
 * What learns from meta-features how to combine the members (a level-1 generalizer, Wolpert 1992);
 * still to be fitted. Implementations are immutable and thread-safe.
 */
public interface MetaLearner {
  /**
   * {@return what it is, in words: {@code residual network}} Names it on leaderboards and in
   * errors.
   */
  String label();

  /**
   * Checks that it fits what it will learn from, before any member is fitted; by itself it fits any
   * size.
   *
   * @param members how many members
   * @param features how many feature columns are passed through behind their logits
   * @param task what is asked
   * @param outputs how many classes or targets
   * @throws IllegalArgumentException if it is made for other sizes, or for the other task
   */
  default void checkSizes(int members, int features, Task task, int outputs) {}

  /**
   * {@return the networks it needs fitted; none, by itself}
   *
   * @param features what it learns from
   * @param fold the fold left out of {@code features}, 1-based, when the learner is judged by cross
   *     validation, or 0 when it learns from all rows
   * @param folds how many folds there are, 0 where there are none
   * @param seed of the ensemble
   */
  default List<FitTask> tasks(MetaFeatures features, int fold, int folds, long seed) {
    return List.of();
  }

  /**
   * Learns from the features, with the networks fitted.
   *
   * @param features as given to {@link #tasks}
   * @param fits the results of the tasks, in their order
   * @return what it has learned, fitted
   */
  Combiner learn(MetaFeatures features, List<FitResult> fits);

  /**
   * {@return how much cross validation on meta-features underrates it, as a share of the average's
   * log loss, 0 or more} There it answers for single networks' logits, and for new rows for the
   * mean of several, which is less noisy.
   */
  default double allowance() {
    return 0;
  }

  /**
   * Fits it.
   *
   * @param features what it learns from
   * @param seed of the ensemble
   * @param runner where its networks are fitted
   * @return what it has learned, fitted on all rows
   * @throws IllegalArgumentException if it is made for other sizes
   * @throws org.stacking4j.train.FitException if a fit failed
   */
  default Combiner fit(MetaFeatures features, long seed, FitRunner runner) {
    return learn(features, runner.run(tasks(features, 0, 0, seed)));
  }
}
