package org.stacking4j.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/** Writes down what each network is fitted on, and has it fitted. */
public final class SpyRunner implements FitRunner {
  /** One fit, with the ids of all rows it was given. */
  public record Seen(String name, int fold, int folds, Set<Long> rowIds, long seed) {}

  private final FitRunner runner;
  private final List<Seen> seen = new ArrayList<>();

  /** Spies on another runner. */
  public SpyRunner(FitRunner runner) {
    this.runner = runner;
  }

  /** Spies on fits on one thread. */
  public SpyRunner() {
    this(LocalFits.onThreads(1));
  }

  @Override
  public synchronized List<FitResult> run(List<FitTask> tasks) {
    note(tasks);
    return runner.run(tasks);
  }

  @Override
  public synchronized List<FitOutcome> attempt(List<FitTask> tasks) {
    note(tasks);
    return runner.attempt(tasks);
  }

  private void note(List<FitTask> tasks) {
    for (FitTask task : tasks) {
      Set<Long> rowIds = Arrays.stream(task.data().rowIds()).boxed().collect(Collectors.toSet());
      seen.add(new Seen(task.name(), task.fold(), task.folds(), rowIds, task.seed()));
    }
  }

  /** All fits so far, in the order they were asked for. */
  public synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** All fits of members so far, without those of a meta network. */
  public List<Seen> members() {
    return seen().stream().filter(fit -> fit.name().startsWith("member ")).toList();
  }

  /** The fit of a member without this fold, or on all rows for 0. */
  public Seen member(String name, int fold) {
    return members().stream()
        .filter(fit -> fit.name().equals("member '" + name + "'") && fit.fold() == fold)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no fit of " + name + ", fold " + fold));
  }
}
