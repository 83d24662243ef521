package org.stacking4j.train;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A network's own loss, as it is while the network is fitted.
 *
 * <p>The score is added up in double precision and in row order. ND4J adds up whole arrays in
 * float32 and in as many parts as the machine has processors, so the last digits would depend on
 * the machine.
 *
 * <p>With a margin, the loss is that of the network's logits plus the margin: what the network
 * learns is the correction to it. The labels then carry the margin behind them, {@code [rows, 2 ×
 * classes]}, since DL4J hands a loss function nothing else that belongs to the rows. The margin is
 * constant, so the gradient with respect to the network's logits is the one with respect to the
 * sum.
 */
final class FitLoss implements ILossFunction {
  private static final long serialVersionUID = 1L;

  private final ILossFunction loss;
  private final boolean margin;

  FitLoss(ILossFunction loss, boolean margin) {
    this.loss = loss;
    this.margin = margin;
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    double[] each =
        computeScoreArray(labels, preOutput, activation, mask).dup('c').data().asDouble();
    double sum = 0;
    for (double score : each) {
      sum += score;
    }
    return average ? sum / each.length : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return loss.computeScoreArray(labels(labels), sum(labels, preOutput), activation, mask);
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return loss.computeGradient(labels(labels), sum(labels, preOutput), activation, mask);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean average) {
    return Pair.of(
        computeScore(labels, preOutput, activation, mask, average),
        computeGradient(labels, preOutput, activation, mask));
  }

  @Override
  public String name() {
    return margin ? "margin + " + loss.name() : loss.name();
  }

  private INDArray labels(INDArray given) {
    return margin ? columns(given, 0, given.size(1) / 2) : given;
  }

  private INDArray sum(INDArray given, INDArray preOutput) {
    return margin ? preOutput.add(columns(given, given.size(1) / 2, given.size(1))) : preOutput;
  }

  private static INDArray columns(INDArray array, long from, long to) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }
}
