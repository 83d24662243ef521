package org.stacking4j.experiment;

import org.stacking4j.train.FitListener;

/** Hears of the progress of an experiment: its stages, its findings, and the fits in between. */
public interface ExperimentListener extends FitListener {
  /**
   * What the run will take, about; before anything is fitted.
   *
   * @param plan fits, time and memory
   */
  void planned(Plan plan);

  /**
   * A stage begins; a line to show.
   *
   * @param title what begins, in words
   */
  void stageStarted(String title);

  /**
   * Something was found out; a line to show.
   *
   * @param line what was found, in words
   */
  void found(String line);
}
