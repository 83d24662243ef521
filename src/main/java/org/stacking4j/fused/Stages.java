package org.stacking4j.fused;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads a network's layers, in order, into stages up to the output layer's pre-activations. */
final class Stages {
  private final Parameters parameters;
  private final @Nullable SparseFeatures sparse;
  private final int maxRows;
  private final @Nullable Long dropoutSeed;
  private final Map<String, Integer> offsets = new HashMap<>();
  private final List<Stage> stages = new ArrayList<>();

  private Stages(
      MultiLayerNetwork network,
      Parameters parameters,
      @Nullable SparseFeatures sparse,
      int maxRows,
      @Nullable Long dropoutSeed) {
    this.parameters = parameters;
    this.sparse = sparse;
    this.maxRows = maxRows;
    this.dropoutSeed = dropoutSeed;
    int offset = 0;
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      offsets.put(parameter.getKey(), offset);
      offset += Math.toIntExact(parameter.getValue().length());
    }
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    int width = columns(configuration);
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      width = add(configuration.getConf(i).getLayer(), i, width);
    }
  }

  /**
   * As in training, with dropout by this seed.
   *
   * @param sparse where the first stage takes its input from, if the parameters have {@link
   *     Parameters#inputWeights}; null if they have not
   */
  static List<Stage> training(
      MultiLayerNetwork network,
      Parameters parameters,
      @Nullable SparseFeatures sparse,
      int maxRows,
      long seed) {
    return new Stages(network, parameters, sparse, maxRows, seed).stages;
  }

  /** As in a fitted network: without dropout, and with running statistics. */
  static List<ForwardStage> frozen(MultiLayerNetwork network, Parameters parameters, int maxRows) {
    List<ForwardStage> frozen = new ArrayList<>();
    new Stages(network, parameters, null, maxRows, null)
        .stages.forEach(s -> frozen.add(s.frozen()));
    return frozen;
  }

  /** What the first layer with an input size of its own takes; those before it do not change it. */
  static int columns(MultiLayerConfiguration configuration) {
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      if (conf.getLayer() instanceof FeedForwardLayer own && own.getNIn() > 0) {
        return Math.toIntExact(own.getNIn());
      }
    }
    throw new IllegalArgumentException("no layer says how many inputs it takes");
  }

  /**
   * How many units a first layer has that may take its features as what differs from a background;
   * 0 if it may not.
   */
  static int unitsOfSparseInput(MultiLayerConfiguration configuration) {
    Layer first = configuration.getConf(0).getLayer();
    boolean dense = first instanceof DenseLayer || first instanceof OutputLayer;
    return dense && !drops(first.getIDropout())
        ? Math.toIntExact(((FeedForwardLayer) first).getNOut())
        : 0;
  }

  /** How many outputs a network has. */
  static int outputs(MultiLayerConfiguration configuration) {
    int last = configuration.getConfs().size() - 1;
    return Math.toIntExact(((OutputLayer) configuration.getConf(last).getLayer()).getNOut());
  }

  /** Adds what a layer does; returns its width. */
  private int add(Layer layer, int index, int width) {
    if (layer instanceof BatchNormalization norm) {
      addBatchNorm(norm, index, width);
      return width;
    }
    if (layer instanceof ActivationLayer own) {
      addActivation(own.getActivationFn(), width);
      return width;
    }
    addDropout(layer.getIDropout(), index, width);
    if (layer instanceof DropoutLayer) {
      return width;
    }
    FeedForwardLayer own = (FeedForwardLayer) layer;
    int units = Math.toIntExact(own.getNOut());
    boolean bias =
        own instanceof DenseLayer dense ? dense.hasBias() : ((OutputLayer) own).hasBias();
    int biasOffset = bias ? offset(index, DefaultParamInitializer.BIAS_KEY) : -1;
    @Nullable InputWeights inputWeights = parameters.inputWeights;
    if (sparse != null && inputWeights != null && stages.isEmpty()) {
      stages.add(new SparseInputStage(parameters, inputWeights, sparse, biasOffset, maxRows));
    } else {
      stages.add(
          new DenseStage(
              parameters,
              offset(index, DefaultParamInitializer.WEIGHT_KEY),
              biasOffset,
              width,
              units,
              stages.isEmpty(),
              maxRows));
    }
    if (own instanceof DenseLayer dense) {
      addActivation(dense.getActivationFn(), units);
    }
    return units;
  }

  private void addBatchNorm(BatchNormalization norm, int index, int width) {
    String spread =
        norm.isUseLogStd()
            ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
            : BatchNormalizationParamInitializer.GLOBAL_VAR;
    stages.add(
        new BatchNormStage(
            parameters,
            offset(index, BatchNormalizationParamInitializer.GAMMA),
            offset(index, BatchNormalizationParamInitializer.BETA),
            offset(index, BatchNormalizationParamInitializer.GLOBAL_MEAN),
            offset(index, spread),
            width,
            norm.getEps(),
            norm.getDecay(),
            norm.isUseLogStd(),
            stages.isEmpty(),
            maxRows));
  }

  private void addActivation(IActivation function, int width) {
    if (!(function instanceof ActivationIdentity)) {
      Activation activation = Objects.requireNonNull(Activation.of(function));
      stages.add(new ActivationStage(activation, width, maxRows));
    }
  }

  private void addDropout(@Nullable IDropout dropout, int index, int width) {
    if (dropoutSeed != null && dropout instanceof Dropout own && drops(own)) {
      long ownSeed = DropoutStage.mix(dropoutSeed + index);
      stages.add(new DropoutStage(width, own.getP(), ownSeed, maxRows));
    }
  }

  private static boolean drops(@Nullable IDropout dropout) {
    return dropout instanceof Dropout own && own.getP() < 1;
  }

  /** Where a layer's parameter begins in the flat order. */
  private int offset(int layer, String parameter) {
    return Objects.requireNonNull(offsets.get(layer + "_" + parameter));
  }
}
