package org.stacking4j.train;

import java.util.List;

/** Runs fits, somewhere and in some order; the results do not depend on where or in which. */
public interface FitRunner {
  /**
   * Runs all tasks.
   *
   * @return one result for each task, in the tasks' order
   * @throws FitException if one failed; the others are stopped
   * @throws java.util.concurrent.CancellationException if the run was cancelled
   */
  List<FitResult> run(List<FitTask> tasks);
}
