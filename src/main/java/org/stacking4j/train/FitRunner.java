package org.stacking4j.train;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs fits, somewhere and in some order; the results do not depend on where or in which. */
public interface FitRunner {
  /**
   * Runs all tasks.
   *
   * @param tasks the fits to make
   * @return one result for each task, in the tasks' order
   * @throws FitException if one failed; the others are stopped
   * @throws java.util.concurrent.CancellationException if the run was cancelled
   */
  List<FitResult> run(List<FitTask> tasks);

  /**
   * Runs all tasks; where one fails, all tasks of its name have failed, those of them that have not
   * begun are not made, and the others go on. Here, the tasks of one name are run after those of
   * another; a runner that can do better, or that hands tasks on to another, has its own.
   *
   * @param tasks the fits to make; those of one name stand or fall together
   * @return for each task, in the tasks' order, its result or the failure of the first one of its
   *     name that failed
   * @throws java.util.concurrent.CancellationException if the run was cancelled
   */
  default List<FitOutcome> attempt(List<FitTask> tasks) {
    Map<String, List<FitTask>> byName = new LinkedHashMap<>();
    tasks.forEach(task -> byName.computeIfAbsent(task.name(), name -> new ArrayList<>()).add(task));
    IdentityHashMap<FitTask, FitOutcome> outcomes = new IdentityHashMap<>();
    for (List<FitTask> own : byName.values()) {
      try {
        List<FitResult> results = run(own);
        for (int i = 0; i < own.size(); i++) {
          outcomes.put(own.get(i), results.get(i));
        }
      } catch (FitException e) {
        own.forEach(task -> outcomes.put(task, e));
      }
    }
    return tasks.stream().map(outcomes::get).toList();
  }
}
