package org.stacking4j.train;

import java.util.List;
import org.stacking4j.network.TrainedNetwork;
import org.stacking4j.network.Trainer;

/**
 * What came of a {@link FitTask}. Immutable.
 *
 * @param network the fitted network
 * @param epochLosses mean training loss of each epoch, dropout and row weights included, in epoch
 *     order; for targets the squared error in units of their variance
 * @param seconds wall time of the fit
 * @param trainer what computed its steps: {@code FUSED} or {@code DL4J}
 */
public record FitResult(
    TrainedNetwork network, List<Double> epochLosses, double seconds, Trainer trainer) {
  public FitResult {
    epochLosses = List.copyOf(epochLosses);
  }
}
