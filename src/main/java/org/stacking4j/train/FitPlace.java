package org.stacking4j.train;

import org.jspecify.annotations.Nullable;

/** Where a single fit is made. Thread-safe. */
@FunctionalInterface
public interface FitPlace {
  /**
   * Makes a fit and waits until it is done. If the calling thread is interrupted, the fit is
   * cancelled.
   *
   * @param task the fit, with its rows
   * @param listener hears when it begins, and of its epochs if the place knows of them; its end is
   *     told by whoever asked for it
   * @param turn what it has of this process's threads; a place that cannot use helpers closes its
   *     crew
   * @param checkpoints where a long fit may be kept while it runs, and taken up; null for nowhere
   * @return what came of it
   * @throws FitException if the place knows better than its caller why it failed; any other
   *     exception is put into one
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  FitResult fit(FitTask task, FitListener listener, Turn turn, @Nullable Checkpoints checkpoints);
}
