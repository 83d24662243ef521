package org.stacking4j.train;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

/** Steps by DL4J's own {@code fit}: for every network, and what the fused step is measured by. */
final class Dl4jSteps implements TrainingSteps {
  private final MultiLayerNetwork network;
  private final FitTask task;
  private final LabeledData data;
  private final @Nullable INDArray rowWeights; // a column

  Dl4jSteps(MultiLayerNetwork network, FitTask task) {
    this.network = network;
    this.task = task;
    data = task.inputs();
    float @Nullable [] weights = task.rowWeights();
    rowWeights = weights == null ? null : Nd4j.createFromArray(weights).reshape(weights.length, 1);
    OutputLayer output = (OutputLayer) network.getOutputLayer().conf().getLayer();
    output.setLossFn(new FitLoss(output.getLossFn(), task.margin() != null, weights != null));
    double limit = task.settings().gradientNormLimit();
    if (limit < Double.POSITIVE_INFINITY) {
      network.setListeners(new GradientNormLimit(limit));
    }
  }

  @Override
  public double step(int[] rows) {
    network.fit(data.features(rows), targets(rows));
    return network.score();
  }

  private INDArray targets(int[] rows) {
    INDArray targets = data.targets(rows);
    @Nullable INDArray margin = task.margin();
    if (margin != null) {
      targets = Nd4j.hstack(targets, Nd4j.pullRows(margin, 1, rows));
    }
    if (rowWeights != null) {
      targets = Nd4j.hstack(targets, Nd4j.pullRows(rowWeights, 1, rows));
    }
    return targets;
  }

  @Override
  public void endEpoch() {
    network.incrementEpochCount();
    seedEpoch();
  }

  @Override
  public float[] parameters() {
    return network.params().toFloatVector();
  }

  /** Dropout's random numbers: so the epochs after depend on nothing of those before. */
  private void seedEpoch() {
    Nd4j.getRandom().setSeed(Seeds.of(task.seed(), "epoch", network.getEpochCount()));
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeInt(network.getIterationCount());
    out.writeInt(network.getEpochCount());
    save(network.params(), out);
    save(network.updaterState(), out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    network.setIterationCount(in.readInt());
    network.setEpochCount(in.readInt());
    restore(network.params(), in);
    restore(network.updaterState(), in);
    seedEpoch();
  }

  private static void save(@Nullable INDArray values, DataOutput out) throws IOException {
    Checkpoints.writeFloats(values == null ? new float[0] : values.dup('c').data().asFloat(), out);
  }

  private static void restore(@Nullable INDArray values, DataInput in) throws IOException {
    float[] saved = Checkpoints.readFloats(in);
    long length = values == null ? 0 : values.length();
    if (saved.length != length) {
      throw new IOException("expected " + length + " numbers, found " + saved.length);
    }
    if (values != null) {
      values.assign(Nd4j.createFromArray(saved).reshape(values.shape()));
    }
  }

  @Override
  public void close() {
    TrainingSteps.free(network);
  }
}
