package org.stacking4j.train;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.stacking4j.fused.FusedNetwork;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.Trainer;

/**
 * What a fit will take, foretold from its sizes. Immutable.
 *
 * @param operations additions and multiplications, those around the matrix products included in
 *     proportion
 * @param bytes of memory beside the rows, while it runs
 * @param parameters of the network
 */
public record Effort(double operations, long bytes, long parameters) {
  // Measured, see docs/benchmarks.md: the products are some 65 % of a fused fit, less of DL4J's.
  private static final double FUSED = 1.6;
  private static final double DL4J = 16;
  private static final int COPIES_OF_PARAMETERS = 6;
  private static final int COPIES_OF_ACTIVATIONS = 6;

  /**
   * {@return the effort of fitting a network on that many rows}
   *
   * @param configuration of the network
   * @param settings of which epochs, batch size and trainer count
   * @param rows how many it learns from
   */
  public static Effort of(MultiLayerConfiguration configuration, FitSettings settings, int rows) {
    double products = 0;
    long parameters = 0;
    long widths = 0;
    boolean first = true;
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      parameters += conf.getLayer().initializer().numParams(conf);
      if (conf.getLayer() instanceof FeedForwardLayer layer) {
        widths += layer.getNIn() + layer.getNOut();
      }
      if (conf.getLayer() instanceof DenseLayer || conf.getLayer() instanceof OutputLayer) {
        FeedForwardLayer layer = (FeedForwardLayer) conf.getLayer();
        // Forward, gradient of the weights, and gradient of the input but for the first layer.
        products += 2.0 * layer.getNIn() * layer.getNOut() * (first ? 2 : 3);
        first = false;
      }
    }
    boolean fused =
        settings.trainer() != Trainer.DL4J && FusedNetwork.obstacle(configuration).isEmpty();
    double around = fused ? FUSED : DL4J;
    long floats =
        COPIES_OF_PARAMETERS * parameters + COPIES_OF_ACTIVATIONS * widths * settings.batchSize();
    long features = fused ? FusedNetwork.mostBytesOfFeatures(configuration, rows) : 0;
    return new Effort(
        around * products * rows * settings.epochs(), Float.BYTES * floats + features, parameters);
  }

  /**
   * {@return the effort of a fit}
   *
   * @param task the fit, with its rows
   */
  public static Effort of(FitTask task) {
    return of(task.configuration(), task.settings(), task.data().rows());
  }
}
