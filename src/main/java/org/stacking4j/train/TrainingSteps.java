package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of one fit, by one trainer. Used by one thread. */
interface TrainingSteps extends AutoCloseable {
  /**
   * One step.
   *
   * @param rows positions of the batch's rows
   * @return the batch's mean loss before the step
   */
  double step(int[] rows);

  /** Counts an epoch. */
  void endEpoch();

  /** A copy of all parameters, in DL4J's flat order. */
  float[] parameters();

  /** Writes all that later steps depend on, to the last bit; only between epochs. */
  void save(DataOutput out) throws IOException;

  /** Goes on from where steps of the same task were saved. */
  void restore(DataInput in) throws IOException;

  @Override
  void close();

  /**
   * Frees a network's own arrays at once: the collector knows nothing of their size. DL4J's {@code
   * close} collects garbage for it, which takes longer than a small fit.
   */
  static void free(MultiLayerNetwork network) {
    @Nullable INDArray gradients = network.getFlattenedGradients();
    @Nullable INDArray updaterState = network.updaterState();
    for (@Nullable INDArray array :
        new @Nullable INDArray[] {network.params(), gradients, updaterState}) {
      if (array != null && array.closeable()) {
        array.close();
      }
    }
  }
}
