package org.stacking4j.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.stacking4j.train.Checkpoints;
import org.stacking4j.train.FitListener;
import org.stacking4j.train.FitOutcome;
import org.stacking4j.train.FitPool;
import org.stacking4j.train.FitResult;
import org.stacking4j.train.FitRunner;
import org.stacking4j.train.FitTask;
import org.stacking4j.train.LocalFits;

/**
 * Runs the fits of members on the executors of a Spark session, one task and one native thread
 * each; the results are the bits of {@link LocalFits} on the same type of processor. Those of meta
 * networks, which are small and many, stay in this process. Immutable and thread-safe.
 *
 * <p>Each fit is a Spark job of one task by itself, so what came of it is here, and in the
 * checkpoints, as soon as it is done. An executor that is lost costs the fits that it was just
 * making: Spark makes these again on another. The features go to each executor once, and so does
 * what else there is of the rows of a fold; a task has its configuration, settings and seed.
 *
 * <p>Interrupting the thread that called {@link #run} cancels the run; what executors are just
 * doing ends at their next step.
 */
public final class SparkFits implements FitRunner {
  /** So many fits wait for Spark at a time; more slots than that would stay idle. */
  private static final int MOST = 1024;

  private final SparkSession session;
  private final ShippedRows rows;
  private final LocalFits here;
  private final FitListener listener;
  private final @Nullable Checkpoints checkpoints;

  private SparkFits(
      SparkSession session,
      ShippedRows rows,
      LocalFits here,
      FitListener listener,
      @Nullable Checkpoints checkpoints) {
    this.session = session;
    this.rows = rows;
    this.here = here;
    this.listener = listener;
    this.checkpoints = checkpoints;
  }

  /**
   * {@return a runner on the executors of this session, which must have this library's jars; nobody
   * listening} Meta networks have a thread for each processor of this machine.
   *
   * @param session stays open
   */
  public static SparkFits on(SparkSession session) {
    return on(session, new ShippedRows(session));
  }

  /** The same, with rows that may be on their way already. */
  static SparkFits on(SparkSession session, ShippedRows rows) {
    return new SparkFits(session, rows, LocalFits.onAllProcessors(), FitListener.NONE, null);
  }

  /**
   * {@return the same with so many threads for the meta networks}
   *
   * @param threads 1 or more
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public SparkFits withThreadsHere(int threads) {
    LocalFits others = LocalFits.onThreads(threads).withListener(listener);
    return new SparkFits(
        session,
        rows,
        checkpoints == null ? others : others.withCheckpoints(checkpoints),
        listener,
        checkpoints);
  }

  /**
   * {@return the same with a listener in place of the present one}
   *
   * @param listener hears of all fits
   */
  public SparkFits withListener(FitListener listener) {
    return new SparkFits(session, rows, here.withListener(listener), listener, checkpoints);
  }

  /**
   * {@return the same, whose fits outlive this process: each is kept here when it is finished, and
   * those that are there already are not made again} Without, nothing is kept.
   *
   * @param checkpoints where they are kept, on this machine
   */
  public SparkFits withCheckpoints(Checkpoints checkpoints) {
    return new SparkFits(session, rows, here.withCheckpoints(checkpoints), listener, checkpoints);
  }

  @Override
  public List<FitResult> run(List<FitTask> tasks) {
    return outcomes(tasks, FitRunner::run);
  }

  @Override
  public List<FitOutcome> attempt(List<FitTask> tasks) {
    return outcomes(tasks, FitRunner::attempt);
  }

  private <T> List<T> outcomes(
      List<FitTask> tasks, BiFunction<FitRunner, List<FitTask>, List<T>> fitting) {
    List<FitTask> small = tasks.stream().filter(SparkFits::staysHere).toList();
    List<FitTask> large = tasks.stream().filter(task -> !staysHere(task)).toList();
    List<T> ofSmall = small.isEmpty() ? List.of() : fitting.apply(here, small);
    List<T> ofLarge = List.of();
    if (!large.isEmpty()) {
      try (SparkPlace place = new SparkPlace(session, rows)) {
        int threads = Math.min(large.size(), MOST);
        ofLarge = fitting.apply(new FitPool(threads, threads, place, listener, checkpoints), large);
      }
    }
    List<T> outcomes = new ArrayList<>();
    int nextSmall = 0;
    int nextLarge = 0;
    for (FitTask task : tasks) {
      outcomes.add(staysHere(task) ? ofSmall.get(nextSmall++) : ofLarge.get(nextLarge++));
    }
    return outcomes;
  }

  private static boolean staysHere(FitTask task) {
    return task.meta() || task.margin() != null;
  }
}
