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
 * learns is the correction to it. The margin is constant, so the gradient with respect to the
 * network's logits is the one with respect to the sum.
 *
 * <p>With weights, each row's loss, and so its gradient, is multiplied by the row's weight. DL4J's
 * own label masks are no weights: they are multiplied into the pre-activations too.
 *
 * <p>DL4J hands a loss function nothing that belongs to the rows but their labels, so these carry
 * the rest behind them: {@code [rows, outputs + outputs of margin, if any + 1 of weight, if any]}.
 */
final class FitLoss implements ILossFunction {
  private static final long serialVersionUID = 1L;

  private final ILossFunction loss;
  private final boolean margin;
  private final boolean weights;

  FitLoss(ILossFunction loss, boolean margin, boolean weights) {
    this.loss = loss;
    this.margin = margin;
    this.weights = weights;
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
    return weighted(
        labels, loss.computeScoreArray(labels(labels), sum(labels, preOutput), activation, mask));
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return weighted(
        labels, loss.computeGradient(labels(labels), sum(labels, preOutput), activation, mask));
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
    return (weights ? "weighted " : "") + (margin ? "margin + " : "") + loss.name();
  }

  private INDArray labels(INDArray given) {
    return margin || weights ? columns(given, 0, outputs(given)) : given;
  }

  private INDArray sum(INDArray given, INDArray preOutput) {
    long outputs = outputs(given);
    return margin ? preOutput.add(columns(given, outputs, 2 * outputs)) : preOutput;
  }

  private INDArray weighted(INDArray given, INDArray rows) {
    long last = given.size(1) - 1;
    return weights ? rows.mulColumnVector(columns(given, last, last + 1)) : rows;
  }

  private long outputs(INDArray given) {
    long columns = given.size(1) - (weights ? 1 : 0);
    return margin ? columns / 2 : columns;
  }

  private static INDArray columns(INDArray array, long from, long to) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to));
  }
}
