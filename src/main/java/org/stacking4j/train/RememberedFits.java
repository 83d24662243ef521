package org.stacking4j.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs each fit once: a task that asks for the same configuration, settings, rows, columns and seed
 * as an earlier one gets the earlier result. Lets several ensembles over the same members share
 * their networks. Thread-safe; holds the networks as long as it lives.
 */
public final class RememberedFits implements FitRunner {
  private final FitRunner runner;
  private final Map<String, FitResult> known = new HashMap<>();

  /** Remembers what {@code runner} runs. */
  public RememberedFits(FitRunner runner) {
    this.runner = runner;
  }

  @Override
  public synchronized List<FitResult> run(List<FitTask> tasks) {
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
    List<FitResult> ran = runner.run(fresh);
    List<FitResult> results = new ArrayList<>();
    int next = 0;
    for (@Nullable String key : keys) {
      @Nullable FitResult result = key == null ? null : known.get(key);
      if (result == null) {
        result = ran.get(next++);
        if (key != null) {
          known.put(key, result);
        }
      }
      results.add(result);
    }
    return results;
  }
}
