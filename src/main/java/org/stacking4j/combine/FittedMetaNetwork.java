package org.stacking4j.combine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.train.FitResult;

/**
 * A fitted meta network. Immutable and thread-safe.
 *
 * @param fit the network, its losses and its time
 * @param residual whether its answer is added to the logit average
 */
public record FittedMetaNetwork(FitResult fit, boolean residual) implements Combiner {
  @Override
  public INDArray logits(INDArray memberLogits) {
    INDArray own = fit.network().logits(memberLogits);
    return residual
        ? own.addi(Combiner.logitAverage(fit.network().classes()).logits(memberLogits))
        : own;
  }
}
