package org.stacking4j.train;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs fits on a bounded pool of threads of this machine, one fit and one native thread each. The
 * results are the same bits whatever the number of threads. Immutable and thread-safe; the pool
 * lives only as long as a run.
 *
 * <p>The longest fits are begun first, and the last ones take turns, so that all threads end
 * together: three fits on two threads take one and a half times as long as one.
 *
 * <p>Interrupting the thread that called {@link #run} cancels the run: workers stop at their next
 * step.
 */
public final class LocalFits implements FitRunner {
  private final int threads;
  private final FitListener listener;
  private final @Nullable Checkpoints checkpoints;

  private LocalFits(int threads, FitListener listener, @Nullable Checkpoints checkpoints) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, found " + threads);
    }
    this.threads = threads;
    this.listener = listener;
    this.checkpoints = checkpoints;
  }

  /** {@return a pool of one thread for each processor, nobody listening} */
  public static LocalFits onAllProcessors() {
    return new LocalFits(Runtime.getRuntime().availableProcessors(), FitListener.NONE, null);
  }

  /**
   * {@return a pool of that many threads, nobody listening}
   *
   * @param threads fits at a time, 1 or more
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static LocalFits onThreads(int threads) {
    return new LocalFits(threads, FitListener.NONE, null);
  }

  /**
   * {@return how many fits are under way at most, of which as many as there are threads train}
   *
   * @param threads 1 or more
   */
  public static int underWay(int threads) {
    return 2 * threads - 1;
  }

  /**
   * {@return the same pool with a listener in place of the present one}
   *
   * @param listener hears of all fits
   */
  public LocalFits withListener(FitListener listener) {
    return new LocalFits(threads, listener, checkpoints);
  }

  /**
   * {@return the same pool, whose fits outlive it: each is kept when it is finished, long ones in
   * between too, and those that are there already are not made again} Without, nothing is kept.
   *
   * @param checkpoints where they are kept
   */
  public LocalFits withCheckpoints(Checkpoints checkpoints) {
    return new LocalFits(threads, listener, checkpoints);
  }

  @Override
  public List<FitResult> run(List<FitTask> tasks) {
    return pool().run(tasks);
  }

  @Override
  public List<FitOutcome> attempt(List<FitTask> tasks) {
    return pool().attempt(tasks);
  }

  private FitPool pool() {
    return new FitPool(threads, underWay(threads), LocalFits::fit, listener, checkpoints);
  }

  /** Makes a fit on the calling thread. */
  static FitResult fit(
      FitTask task, FitListener listener, Turn turn, @Nullable Checkpoints checkpoints) {
    try {
      listener.onEvent(new FitEvent.Started(task));
      return NetworkFitter.fit(task, listener, turn, checkpoints).answering(task.heldOut());
    } finally {
      destroyWorkspaces();
    }
  }

  /**
   * Only if there are some: ND4J collects garbage with them, which takes longer than a small fit.
   */
  private static void destroyWorkspaces() {
    MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
    if (!workspaces.getAllWorkspacesForCurrentThread().isEmpty()) {
      workspaces.destroyAllWorkspacesForCurrentThread();
    }
  }
}
