package org.stacking4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitUniform;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.network.FitSettings;
import org.stacking4j.network.NativeThreads;
import org.stacking4j.network.TrainedNetwork;

/**
 * Fits one network with DL4J's own {@code fit}: the only place that trains.
 *
 * <p>ND4J's random numbers belong to a thread and are seeded at the start of a fit, so a fit must
 * begin and end on one thread; then its parameters depend on nothing but its task.
 */
final class NetworkFitter {
  private NetworkFitter() {}

  /**
   * Fits a network on the calling thread.
   *
   * @throws CancellationException if the thread is interrupted
   * @throws ArithmeticException if the loss or a parameter stops being a finite number
   */
  static FitResult fit(FitTask task, FitListener listener) {
    long start = System.nanoTime();
    NativeThreads.useOne();
    MultiLayerNetwork network = initialise(task);
    FitSettings settings = task.settings();
    if (settings.gradientNormLimit() < Double.POSITIVE_INFINITY) {
      network.setListeners(new GradientNormLimit(settings.gradientNormLimit()));
    }
    var shuffle = new SplittableRandom(Seeds.of(task.seed(), "shuffle", 0));
    int[] order = new int[task.data().rows()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    List<Double> losses = new ArrayList<>();
    for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
      shuffle(order, shuffle);
      double loss = epoch(network, task, order, epoch);
      checkParameters(network, epoch);
      network.incrementEpochCount();
      losses.add(loss);
      listener.onEvent(new FitEvent.EpochEnded(task, epoch, loss));
    }
    return new FitResult(freeze(network, task), losses, (System.nanoTime() - start) / 1e9);
  }

  private static MultiLayerNetwork initialise(FitTask task) {
    MultiLayerConfiguration configuration = task.configuration();
    OutputLayer output =
        (OutputLayer) configuration.getConf(configuration.getConfs().size() - 1).getLayer();
    output.setLossFn(new FitLoss(output.getLossFn(), task.margin() != null));
    var network = new MultiLayerNetwork(configuration);
    network.init();
    if (task.settings().uniformBiases()) {
      drawBiases(network);
    }
    return network;
  }

  /** One pass over the rows in the given order; returns the mean loss. */
  private static double epoch(MultiLayerNetwork network, FitTask task, int[] order, int epoch) {
    double sum = 0;
    int from = 0;
    while (from < order.length) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("cancelled in epoch " + epoch);
      }
      int to = Math.min(order.length, from + task.settings().batchSize());
      if (to == order.length - 1) {
        to++; // a batch of one row has no variance for batch normalisation to learn
      }
      int[] rows = java.util.Arrays.copyOfRange(order, from, to);
      network.fit(task.data().features(rows), targets(task, rows));
      double loss = network.score();
      if (!Double.isFinite(loss)) {
        throw new ArithmeticException(
            "training diverged: the loss is "
                + loss
                + " in epoch "
                + epoch
                + " after "
                + to
                + " rows; lower the learning rate or the gradient norm limit");
      }
      sum += loss * rows.length;
      from = to;
    }
    return sum / order.length;
  }

  /** A step's loss is that of before the step, so the last step's would go unseen. */
  private static void checkParameters(MultiLayerNetwork network, int epoch) {
    if (!Double.isFinite(network.params().sumNumber().doubleValue())) {
      throw new ArithmeticException(
          "training diverged: the parameters are no longer finite numbers after epoch "
              + epoch
              + "; lower the learning rate or the gradient norm limit");
    }
  }

  private static INDArray targets(FitTask task, int[] rows) {
    INDArray labels = task.data().oneHot(rows);
    @Nullable INDArray margin = task.margin();
    return margin == null ? labels : Nd4j.hstack(labels, Nd4j.pullRows(margin, 1, rows));
  }

  /**
   * Redraws the biases of layers with {@code WeightInit.UNIFORM} from U(±1/√fanIn), from the
   * thread's random numbers, which {@code init} has just seeded.
   */
  private static void drawBiases(MultiLayerNetwork network) {
    for (int i = 0; i < network.getnLayers(); i++) {
      if (network.getLayerWiseConfigurations().getConf(i).getLayer() instanceof BaseLayer layer
          && layer.getWeightInitFn() instanceof WeightInitUniform
          && layer.getBiasInit() == 0
          && layer instanceof FeedForwardLayer
          && network.getParam(i + "_b") != null
          && network.getParam(i + "_W").rank() == 2) {
        INDArray bias = network.getParam(i + "_b");
        double range = 1 / Math.sqrt((double) network.getParam(i + "_W").size(0));
        bias.assign(Nd4j.rand(bias.dataType(), bias.shape()).muli(2 * range).subi(range));
      }
    }
  }

  /** The network as its configuration described it, without what was added for the fit. */
  private static TrainedNetwork freeze(MultiLayerNetwork network, FitTask task) {
    return TrainedNetwork.of(task.configuration(), network.params().toFloatVector());
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }
}
