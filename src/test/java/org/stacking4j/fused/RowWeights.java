package org.stacking4j.fused;

import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss that weighs rows: the reference for row weights. DL4J's label masks cannot be that, since
 * they are multiplied into the pre-activations too.
 */
record RowWeights(ILossFunction loss, INDArray weights) implements ILossFunction {
  /** Puts weights onto a network's loss for its next step, or takes them off. */
  static void set(MultiLayerNetwork network, float @Nullable [] weights) {
    OutputLayer output = (OutputLayer) network.getOutputLayer().conf().getLayer();
    ILossFunction loss =
        output.getLossFn() instanceof RowWeights own ? own.loss() : output.getLossFn();
    output.setLossFn(
        weights == null
            ? loss
            : new RowWeights(loss, Nd4j.createFromArray(weights).reshape(weights.length, 1)));
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray z, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, z, activation, mask).sumNumber().doubleValue();
    return average ? sum / labels.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray z, IActivation activation, INDArray mask) {
    return loss.computeScoreArray(labels, z, activation, mask).mul(weights);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray z, IActivation activation, INDArray mask) {
    return loss.computeGradient(labels, z, activation, mask).mulColumnVector(weights);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray z, IActivation activation, INDArray mask, boolean average) {
    return Pair.of(
        computeScore(labels, z, activation, mask, average),
        computeGradient(labels, z, activation, mask));
  }

  @Override
  public String name() {
    return "weighted " + loss.name();
  }
}
