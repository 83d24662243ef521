package org.stacking4j.fused;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@code MultiLayerNetwork} while it is trained by the fused step: what its {@code fit} does, in
 * a fifth of the time or less. The network it was made from stays as it was until {@link #store}.
 *
 * <p>Use: {@link #input put} a batch's features, {@link #step}, again; {@link #store} at the end.
 * Holds native memory until closed. Not thread-safe: one thread at a time.
 */
public final class FusedNetwork implements AutoCloseable {
  /*
   * Dropout's random numbers are our own, so with dropout a fit is another draw of the same
   * distribution and not DL4J's to the bit; without, all differences are rounding.
   */
  private final MultiLayerNetwork network;
  private final Parameters parameters;
  private final Updates updates;
  private final List<Stage> stages = new ArrayList<>();
  private final Loss loss;
  private final int outputs;
  private final int maxRows;
  private final double gradientNormLimit;

  private final NativeFloats input;
  private final float[] firstInput;
  private int iteration;
  private int epoch;

  /**
   * Reads a network.
   *
   * @param network initialised, with a configuration that has no {@link #obstacle}; parameters,
   *     updater state and counters are taken from it
   * @param maxRows the largest batch, 1 or more
   * @param gradientNormLimit the largest 2-norm of the mean gradient, infinity for none
   * @param seed of dropout
   * @throws IllegalArgumentException if there is an obstacle
   */
  public FusedNetwork(MultiLayerNetwork network, int maxRows, double gradientNormLimit, long seed) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    Optional<String> obstacle = obstacle(configuration);
    if (obstacle.isPresent()) {
      throw new IllegalArgumentException(
          "the fused step cannot train this network, because " + obstacle.get());
    }
    this.network = network;
    this.maxRows = maxRows;
    this.gradientNormLimit = gradientNormLimit;
    this.iteration = network.getIterationCount();
    this.epoch = network.getEpochCount();
    parameters = new Parameters(network.params().dup().data().asFloat());
    updates = new Updates(parameters, (BaseMultiLayerUpdater<?>) network.getUpdater());
    Stage.Offsets offsets = offsets(network);
    int columns = columns(configuration);
    int width = columns;
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      width = addStages(configuration.getConf(i).getLayer(), i, width, offsets, seed);
    }
    outputs = width;
    OutputLayer last =
        (OutputLayer) configuration.getConf(configuration.getConfs().size() - 1).getLayer();
    loss = java.util.Objects.requireNonNull(Loss.of(last.getActivationFn(), last.getLossFn()));
    // The first stage reads its input where products need it, unless it is no product.
    boolean direct = stages.get(0) instanceof DenseStage;
    input = new NativeFloats(direct ? 0 : maxRows * columns);
    firstInput = new float[direct ? 0 : maxRows * columns];
  }

  /**
   * Why a configuration needs DL4J's own {@code fit}, in words that follow "because"; empty if the
   * fused step can train it.
   */
  public static Optional<String> obstacle(MultiLayerConfiguration configuration) {
    return Support.obstacle(configuration);
  }

  /**
   * How many additions and multiplications a second one thread makes in matrix products of a
   * training step's usual size, measured now, in about a tenth of a second.
   */
  public static double operationsPerSecond() {
    return Blas.operationsPerSecond();
  }

  static Stage.Offsets offsets(MultiLayerNetwork network) {
    Map<String, Integer> offsets = new LinkedHashMap<>();
    int offset = 0;
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      offsets.put(parameter.getKey(), offset);
      offset += Math.toIntExact(parameter.getValue().length());
    }
    return new Stage.Offsets(offsets);
  }

  /** What the first layer with an input size of its own takes; those before it do not change it. */
  private static int columns(MultiLayerConfiguration configuration) {
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      if (conf.getLayer() instanceof FeedForwardLayer own && own.getNIn() > 0) {
        return Math.toIntExact(own.getNIn());
      }
    }
    throw new IllegalArgumentException("no layer says how many inputs it takes");
  }

  /** Adds what a layer does, in order; returns its width. */
  private int addStages(Layer layer, int index, int width, Stage.Offsets offsets, long seed) {
    if (layer instanceof BatchNormalization norm) {
      stages.add(
          new BatchNormStage(
              parameters,
              offsets.of(index, BatchNormalizationParamInitializer.GAMMA),
              offsets.of(index, BatchNormalizationParamInitializer.BETA),
              offsets.of(index, BatchNormalizationParamInitializer.GLOBAL_MEAN),
              offsets.of(
                  index,
                  norm.isUseLogStd()
                      ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                      : BatchNormalizationParamInitializer.GLOBAL_VAR),
              width,
              norm.getEps(),
              norm.getDecay(),
              norm.isUseLogStd(),
              maxRows));
      return width;
    }
    if (layer instanceof ActivationLayer own) {
      addActivation(own.getActivationFn(), width);
      return width;
    }
    addDropout(layer.getIDropout(), index, width, seed);
    if (layer instanceof DropoutLayer) {
      return width;
    }
    FeedForwardLayer own = (FeedForwardLayer) layer;
    int units = Math.toIntExact(own.getNOut());
    boolean bias =
        own instanceof DenseLayer dense ? dense.hasBias() : ((OutputLayer) own).hasBias();
    stages.add(
        new DenseStage(
            parameters,
            offsets.of(index, DefaultParamInitializer.WEIGHT_KEY),
            bias ? offsets.of(index, DefaultParamInitializer.BIAS_KEY) : -1,
            width,
            units,
            stages.isEmpty(),
            maxRows));
    if (own instanceof DenseLayer dense) {
      addActivation(dense.getActivationFn(), units);
    }
    return units;
  }

  private void addActivation(IActivation function, int width) {
    if (!(function instanceof ActivationIdentity)) {
      Activation activation = java.util.Objects.requireNonNull(Activation.of(function));
      stages.add(new ActivationStage(activation, width, maxRows));
    }
  }

  private void addDropout(@Nullable IDropout dropout, int index, int width, long seed) {
    if (dropout instanceof Dropout own && own.getP() < 1) {
      long ownSeed = DropoutStage.mix(seed + index);
      stages.add(new DropoutStage(width, own.getP(), ownSeed, maxRows));
    }
  }

  /**
   * Where the next batch's features go, {@code [rows, columns]} row by row, from place 0 on. Always
   * the same memory, outside the heap.
   */
  public FloatBuffer input() {
    return stages.get(0) instanceof DenseStage dense ? dense.input() : input.buffer();
  }

  /** How many outputs it has, and so how many targets each row needs. */
  public int outputs() {
    return outputs;
  }

  /**
   * Trains on the batch in {@link #input}.
   *
   * @param rows of the batch, 1 to {@code maxRows}
   * @param targets {@code [rows, outputs]}, row by row
   * @param margin what is added to the output layer's pre-activations before its activation, {@code
   *     [rows, outputs]}, or null for nothing
   * @param rowWeights {@code [rows]}, what each row's loss and gradient is multiplied by, or null
   *     for 1
   * @return the mean loss before the step, with penalties
   */
  public double step(
      int rows, float[] targets, float @Nullable [] margin, float @Nullable [] rowWeights) {
    float[] values = firstInput;
    if (values.length > 0) {
      input.read(values, rows * (values.length / maxRows));
    }
    for (Stage stage : stages) {
      values = stage.forward(values, rows, iteration);
    }
    if (margin != null) {
      for (int i = 0; i < rows * outputs; i++) {
        values[i] += margin[i];
      }
    }
    double mean =
        loss.gradient(values, targets, rowWeights, rows, outputs) / rows
            + updates.penalty(iteration, epoch);
    for (int i = stages.size() - 1; i >= 0; i--) {
      values = stages.get(i).backward(values, rows);
    }
    updates.apply(scale(rows), iteration, epoch);
    iteration++;
    return mean;
  }

  List<Stage> stages() {
    return stages;
  }

  Updates updates() {
    return updates;
  }

  /** From the summed gradient to the mean one, no longer than allowed. */
  private float scale(int rows) {
    double scale = 1.0 / rows;
    if (gradientNormLimit < Double.POSITIVE_INFINITY) {
      double norm = parameters.gradientNorm() / rows;
      if (norm > gradientNormLimit) {
        scale *= gradientNormLimit / (norm + 1e-6); // as PyTorch's clip_grad_norm_
      }
    }
    return (float) scale;
  }

  /** Counts an epoch, which schedules may depend on. */
  public void endEpoch() {
    epoch++;
  }

  /** A copy of all parameters as they are, in DL4J's flat order. */
  public float[] parameters() {
    stages.forEach(Stage::store);
    return parameters.values.clone();
  }

  /**
   * Writes parameters, updater state and counters into the network this was made from, which can
   * then be saved, asked and trained further as if its own {@code fit} had trained it.
   */
  public void store() {
    network.setParameters(Nd4j.createFromArray(parameters()).reshape(1, parameters.values.length));
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) network.getUpdater();
    @Nullable INDArray state = updater.getStateViewArray();
    if (state != null) {
      float[] own = updates.state(Math.toIntExact(state.length()));
      state.assign(Nd4j.createFromArray(own).reshape(state.shape()));
    }
    network.setIterationCount(iteration);
    network.setEpochCount(epoch);
  }

  @Override
  public void close() {
    input.close();
    stages.forEach(Stage::close);
    parameters.close();
  }
}
