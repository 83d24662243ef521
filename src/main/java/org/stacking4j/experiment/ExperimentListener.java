package org.stacking4j.experiment;

import org.stacking4j.train.FitListener;

/** Hears of the progress of an experiment: its stages, its findings, and the fits in between. */
public interface ExperimentListener extends FitListener {
  /** What the run will take, about; before anything is fitted. */
  void planned(String line);

  /**
   * A stage begins.
   *
   * @param title what is done
   * @param epochs how many epochs its fits have together
   */
  void stageStarted(String title, int epochs);

  /** Something was found out; a line to show. */
  void found(String line);
}
