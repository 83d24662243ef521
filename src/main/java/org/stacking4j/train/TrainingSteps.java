package org.stacking4j.train;

/** The steps of one fit, by one trainer. Used by one thread. */
interface TrainingSteps extends AutoCloseable {
  /**
   * One step.
   *
   * @param rows positions of the batch's rows
   * @return the batch's mean loss before the step
   */
  double step(int[] rows);

  /** Counts an epoch. */
  void endEpoch();

  /** A copy of all parameters, in DL4J's flat order. */
  float[] parameters();

  @Override
  void close();
}
