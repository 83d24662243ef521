package org.stacking4j.experiment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;

/**
 * Where a run's wall time goes, station by station. It also stands in front of the runner of fits,
 * so that within one call that fits and does other things, the two can be told apart.
 */
final class Stopwatch implements FitRunner {
  private final FitRunner runner;
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final Map<String, Double> fitting = new LinkedHashMap<>();
  private long since;

  /**
   * @param since when the first station began, by {@link System#nanoTime}
   */
  Stopwatch(FitRunner runner, long since) {
    this.runner = runner;
    this.since = since;
  }

  @Override
  public List<FitResult> run(List<FitTask> tasks) {
    return timed(tasks, runner::run);
  }

  @Override
  public List<FitOutcome> attempt(List<FitTask> tasks) {
    return timed(tasks, runner::attempt);
  }

  private <T> List<T> timed(List<FitTask> tasks, Function<List<FitTask>, List<T>> fits) {
    long start = System.nanoTime();
    List<T> results = fits.apply(tasks);
    if (!tasks.isEmpty()) {
      String what = tasks.get(0).meta() ? "meta network" : "members";
      fitting.merge(what, (System.nanoTime() - start) / 1e9, Double::sum);
    }
    return results;
  }

  /** Ends a station, which began where the one before ended; the same name adds up. */
  void lap(String station) {
    long now = System.nanoTime();
    double own = (now - since) / 1e9;
    since = now;
    for (Map.Entry<String, Double> fit : fitting.entrySet()) {
      seconds.merge(fit.getKey(), fit.getValue(), Double::sum);
      own -= fit.getValue();
    }
    fitting.clear();
    seconds.merge(station, own, Double::sum);
  }

  /** Wall seconds of each station, in the order they were first met. */
  Map<String, Double> seconds() {
    return Collections.unmodifiableMap(seconds);
  }

  double total() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
