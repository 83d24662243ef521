package org.stacking4j.fused;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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

  private final List<ForwardStage> stages;
  private final float[] firstInput; // empty if the first stage reads native memory
  private final int columns;
  private final int outputs;

  /**
   * Reads a network; later changes to it do not matter.
   *
   * @param network with a configuration that has no {@link FusedNetwork#obstacle}
   * @throws IllegalArgumentException if there is an obstacle
   */
  public FusedLogits(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    Optional<String> obstacle = FusedNetwork.obstacle(configuration);
    if (obstacle.isPresent()) {
      throw new IllegalArgumentException(
          "the fused stages cannot ask this network, because " + obstacle.get());
    }
    Parameters parameters = Parameters.frozen(network.params().dup().data().asFloat());
    stages = Stages.frozen(network, parameters, ROWS);
    columns = Stages.columns(configuration);
    firstInput = new float[stages.get(0) instanceof DenseStage ? 0 : ROWS * columns];
    outputs = Stages.outputs(configuration);
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
    INDArray values =
        plain
            ? features
            : Nd4j.createUninitialized(DataType.FLOAT, features.shape(), 'c').assign(features);
    try {
      for (int from = 0; from < rows; from += ROWS) {
        int count = Math.min(ROWS, rows - from);
        read(values, values.offset() + (long) from * columns, count * columns);
        float[] answer = firstInput;
        for (ForwardStage stage : stages) {
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

  /** Copies features to where the first stage takes them from. */
  private void read(INDArray values, long start, int length) {
    if (stages.get(0) instanceof DenseStage dense) {
      // memcpy counts positions in bytes, whatever type the pointers have.
      Pointer.memcpy(
          new BytePointer(new FloatPointer(dense.input())),
          new BytePointer(values.data().pointer()).position(start * Float.BYTES),
          (long) length * Float.BYTES);
    } else {
      new FloatPointer(values.data().pointer()).position(start).get(firstInput, 0, length);
    }
  }
}
