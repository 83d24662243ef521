package org.stacking4j.train;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate that falls by the cosine to almost 0, again and again: that of an updater times
 * (1 + cos(π t / T)) / 2 in step t, from 0, of a cycle of T steps (Loshchilov, Hutter 2017; Huang
 * et al. 2017). It is there while a network is fitted; the fitted one has the updater it was given.
 *
 * @param updater whose rate it is
 * @param ends the first step after each cycle, from 0, ascending
 */
record CosineCycles(IUpdater updater, List<Integer> ends) implements ISchedule {
  private static final long serialVersionUID = 1L;

  /**
   * Puts one into each updater that has a rate.
   *
   * @param task whose snapshots and last epoch end the cycles
   */
  static void putInto(MultiLayerConfiguration configuration, FitTask task, int stepsOfEpoch) {
    List<Integer> ends = new ArrayList<>();
    task.snapshots().forEach(epoch -> ends.add(Math.multiplyExact(epoch, stepsOfEpoch)));
    ends.add(Math.multiplyExact(task.settings().epochs(), stepsOfEpoch));
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      if (conf.getLayer() instanceof BaseLayer layer) {
        layer.setIUpdater(in(layer.getIUpdater(), ends));
        layer.setBiasUpdater(in(layer.getBiasUpdater(), ends));
      }
    }
  }

  private static @Nullable IUpdater in(@Nullable IUpdater updater, List<Integer> ends) {
    if (updater == null || !updater.hasLearningRate()) {
      return updater;
    }
    IUpdater own = updater.clone();
    own.setLrAndSchedule(Double.NaN, new CosineCycles(updater.clone(), List.copyOf(ends)));
    return own;
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    int start = 0;
    int end = ends.get(0);
    for (int i = 1; iteration >= end && i < ends.size(); i++) {
      start = end;
      end = ends.get(i);
    }
    double part = (double) (iteration - start) / (end - start);
    return updater.getLearningRate(iteration, epoch) * (1 + Math.cos(Math.PI * part)) / 2;
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
