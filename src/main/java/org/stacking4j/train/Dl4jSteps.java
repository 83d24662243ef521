package org.stacking4j.train;

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
  }

  @Override
  public float[] parameters() {
    return network.params().toFloatVector();
  }

  @Override
  public void close() {
    TrainingSteps.free(network);
  }
}
