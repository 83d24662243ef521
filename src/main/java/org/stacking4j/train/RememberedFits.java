package org.stacking4j.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs each fit once: a task that asks for the same configuration, settings, rows, columns and seed
 * as an earlier one gets the earlier result. Lets several ensembles over the same members share
 * their networks. Thread-safe; holds the networks as long as it lives.
 */
public final class RememberedFits implements FitRunner {
  private final FitRunner runner;
  private final Map<String, FitResult> known = new HashMap<>();

  /**
   * Remembers what {@code runner} runs.
   *
   * @param runner runs the fits that are not known yet
   */
  public RememberedFits(FitRunner runner) {
    this.runner = runner;
  }

  @Override
  public List<FitResult> run(List<FitTask> tasks) {
    return known(tasks, runner::run).stream().map(FitResult.class::cast).toList();
  }

  /** A failure is not remembered, and what is known is given whatever fails beside it. */
  @Override
  public List<FitOutcome> attempt(List<FitTask> tasks) {
    return known(tasks, runner::attempt);
  }

  private synchronized List<FitOutcome> known(
      List<FitTask> tasks, Function<List<FitTask>, List<? extends FitOutcome>> fitting) {
    List<@Nullable String> keys = new ArrayList<>();
    List<FitTask> fresh = new ArrayList<>();
    Set<String> asked = new HashSet<>();
    for (FitTask task : tasks) {
      // A fit on a margin (a meta network) is asked for once.
      @Nullable String key = task.margin() == null ? task.digest() : null;
      keys.add(key);
      if (key == null || (!known.containsKey(key) && asked.add(key))) {
        fresh.add(task);
      }
    }
    List<? extends FitOutcome> ran = fitting.apply(fresh);
    Map<String, FitOutcome> now = new HashMap<>(known);
    List<FitOutcome> outcomes = new ArrayList<>();
    int next = 0;
    for (@Nullable String key : keys) {
      @Nullable FitOutcome outcome = key == null ? null : now.get(key);
      if (outcome == null) {
        outcome = ran.get(next++);
        if (key != null) {
          now.put(key, outcome);
        }
        if (key != null && outcome instanceof FitResult result) {
          known.put(key, result);
        }
      }
      outcomes.add(outcome);
    }
    return outcomes;
  }
}
