package org.stacking4j.train;

import java.util.List;
import org.stacking4j.network.TrainedNetwork;

/**
 * What came of a {@link FitTask}. Immutable.
 *
 * @param network the fitted network
 * @param epochLosses mean training loss of each epoch, dropout included, in epoch order
 * @param seconds wall time of the fit
 */
public record FitResult(TrainedNetwork network, List<Double> epochLosses, double seconds) {
  public FitResult {
    epochLosses = List.copyOf(epochLosses);
  }
}
