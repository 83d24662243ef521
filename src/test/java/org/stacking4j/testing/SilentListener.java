package org.stacking4j.testing;

import org.stacking4j.experiment.ExperimentListener;
import org.stacking4j.experiment.Plan;
import org.stacking4j.train.FitEvent;

/** Hears of a run and says nothing. */
public class SilentListener implements ExperimentListener {
  @Override
  public void planned(Plan plan) {}

  @Override
  public void stageStarted(String title) {}

  @Override
  public void found(String line) {}

  @Override
  public void onEvent(FitEvent event) {}
}
