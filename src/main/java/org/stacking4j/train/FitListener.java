package org.stacking4j.train;

/** Hears of the progress of fits. */
@FunctionalInterface
public interface FitListener {
  /** Hears nothing. */
  FitListener NONE = event -> {};

  /**
   * Called by the worker that fits, one call at a time for all workers together: be quick. An
   * exception thrown from here fails the fit and with it the run; a {@link
   * java.util.concurrent.CancellationException} cancels the run.
   *
   * @param event what happened, and to which fit
   */
  void onEvent(FitEvent event);
}
