package org.stacking4j.train;

/** Something that happened to one fit. */
public sealed interface FitEvent {
  /** {@return the fit it happened to} */
  FitTask task();

  /** A worker took the fit up. */
  record Started(FitTask task) implements FitEvent {}

  /**
   * An epoch is over.
   *
   * @param epoch 1-based
   * @param loss mean training loss of the epoch
   */
  record EpochEnded(FitTask task, int epoch, double loss) implements FitEvent {}

  /**
   * The fit is done.
   *
   * @param seconds wall time while it trained, not while it waited for its turn
   */
  record Finished(FitTask task, double seconds) implements FitEvent {}

  /**
   * The fit was done in an earlier run, and is taken up from its {@linkplain Checkpoints
   * checkpoint}; no other event of it comes.
   */
  record Restored(FitTask task) implements FitEvent {}

  /** The fit failed, or was cancelled because another one failed. */
  record Failed(FitTask task, Throwable cause) implements FitEvent {}
}
