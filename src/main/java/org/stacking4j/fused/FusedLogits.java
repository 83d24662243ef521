package org.stacking4j.fused;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Asks a fitted network for its logits, by the forward stages of the fused step: no dropout,
 * running statistics in batch normalisation. What DL4J's {@code output} gives before softmax, but
 * for rounding; and it takes no more memory the more rows it is asked about, while DL4J leaves its
 * layers' activations to the garbage collector, which does not see how large they are.
 *
 * <p>Holds native memory as long as it is reachable. Not thread-safe: one thread at a time.
 */
public final class FusedLogits {
  private static final int ROWS = 256;

  private final List<Stage> stages = new ArrayList<>();
  private final DenseStage first;
  private final int columns;
  private final int outputs;

  /**
   * Reads a network; later changes to it do not matter.
   *
   * @param network with a configuration that has no {@link FusedNetwork#obstacle}, beginning with a
   *     dense layer or an output layer
   * @throws IllegalArgumentException if it does not begin so
   */
  public FusedLogits(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    if (!canAsk(configuration)) {
      throw new IllegalArgumentException("the fused stages do not know all layers of this network");
    }
    Parameters parameters = Parameters.frozen(network.params().dup().data().asFloat());
    Stage.Offsets offsets = FusedNetwork.offsets(network);
    int width = 0;
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      Layer layer = configuration.getConf(i).getLayer();
      if (layer instanceof BatchNormalization norm) {
        stages.add(scaling(network.paramTable(), i, norm, width));
      } else if (layer instanceof ActivationLayer own) {
        addActivation(own.getActivationFn(), width);
      } else if (layer instanceof DenseLayer || layer instanceof OutputLayer) {
        FeedForwardLayer own = (FeedForwardLayer) layer;
        int inputs = Math.toIntExact(own.getNIn());
        width = Math.toIntExact(own.getNOut());
        boolean bias =
            own instanceof DenseLayer dense ? dense.hasBias() : ((OutputLayer) own).hasBias();
        stages.add(
            new DenseStage(
                parameters,
                offsets.of(i, DefaultParamInitializer.WEIGHT_KEY),
                bias ? offsets.of(i, DefaultParamInitializer.BIAS_KEY) : -1,
                inputs,
                width,
                stages.isEmpty(),
                ROWS));
        if (own instanceof DenseLayer dense) {
          addActivation(dense.getActivationFn(), width);
        }
      }
    }
    first = (DenseStage) stages.get(0);
    columns = Math.toIntExact(((FeedForwardLayer) configuration.getConf(0).getLayer()).getNIn());
    outputs = width;
  }

  /** Whether a network of this configuration can be asked so. */
  public static boolean canAsk(MultiLayerConfiguration configuration) {
    Layer first = configuration.getConf(0).getLayer();
    return (first instanceof DenseLayer || first instanceof OutputLayer)
        && Support.obstacle(configuration).isEmpty();
  }

  private void addActivation(IActivation function, int width) {
    if (!(function instanceof ActivationIdentity)) {
      stages.add(new ActivationStage(Objects.requireNonNull(Activation.of(function)), width, ROWS));
    }
  }

  /** Batch normalisation by running statistics: another scale and shift for each unit. */
  private static ScaleStage scaling(
      Map<String, INDArray> parameters, int index, BatchNormalization norm, int width) {
    float[] gamma = floats(parameters, index, BatchNormalizationParamInitializer.GAMMA);
    float[] beta = floats(parameters, index, BatchNormalizationParamInitializer.BETA);
    float[] mean = floats(parameters, index, BatchNormalizationParamInitializer.GLOBAL_MEAN);
    float[] spread =
        floats(
            parameters,
            index,
            norm.isUseLogStd()
                ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                : BatchNormalizationParamInitializer.GLOBAL_VAR);
    float[] scale = new float[width];
    float[] shift = new float[width];
    for (int j = 0; j < width; j++) {
      double variance = norm.isUseLogStd() ? Math.pow(10, 2.0 * spread[j]) : spread[j];
      double factor = gamma[j] / Math.sqrt(variance + norm.getEps());
      scale[j] = (float) factor;
      shift[j] = (float) (beta[j] - factor * mean[j]);
    }
    return new ScaleStage(scale, shift, ROWS);
  }

  private static float[] floats(Map<String, INDArray> parameters, int layer, String name) {
    return Objects.requireNonNull(parameters.get(layer + "_" + name)).dup().data().asFloat();
  }

  /**
   * Logits of some rows.
   *
   * @param features {@code [rows, columns]}, of any type and order
   * @return {@code [rows, outputs]}, row by row
   */
  public float[] logits(INDArray features) {
    int rows = Math.toIntExact(features.size(0));
    float[] logits = new float[Math.multiplyExact(rows, outputs)];
    boolean plain =
        features.dataType() == DataType.FLOAT
            && features.ordering() == 'c'
            && features.stride(1) == 1
            && features.stride(0) == columns;
    INDArray values = plain ? features : features.castTo(DataType.FLOAT).dup('c');
    BytePointer target = new BytePointer(new FloatPointer(first.input()));
    // memcpy counts positions in bytes, whatever type the pointers have.
    BytePointer source = new BytePointer(values.data().pointer());
    try {
      for (int from = 0; from < rows; from += ROWS) {
        int count = Math.min(ROWS, rows - from);
        long start = values.offset() + (long) from * columns;
        Pointer.memcpy(
            target, source.position(start * Float.BYTES), (long) count * columns * Float.BYTES);
        float[] answer = new float[0];
        for (Stage stage : stages) {
          answer = stage.forward(answer, count, 0);
        }
        System.arraycopy(answer, 0, logits, from * outputs, count * outputs);
      }
    } finally {
      // The pointer alone does not keep the memory from being freed.
      Reference.reachabilityFence(values);
    }
    if (!plain) {
      values.close();
    }
    return logits;
  }
}
