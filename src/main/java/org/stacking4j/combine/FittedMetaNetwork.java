package org.stacking4j.combine;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.train.FitResult;

/**
 * A fitted meta network. Immutable and thread-safe.
 *
 * @param fits the network, its losses and its time; with repeats several, whose mean logits answer
 * @param residual whether its answer is added to the logit average
 */
public record FittedMetaNetwork(List<FitResult> fits, boolean residual) implements Combiner {
  public FittedMetaNetwork {
    fits = List.copyOf(fits);
    if (fits.isEmpty()) {
      throw new IllegalArgumentException("a fitted meta network has at least one network");
    }
  }

  @Override
  public INDArray logits(INDArray memberLogits) {
    INDArray own = fits.get(0).network().logits(memberLogits);
    for (FitResult repeat : fits.subList(1, fits.size())) {
      INDArray addend = repeat.network().logits(memberLogits);
      own.addi(addend);
      addend.close();
    }
    if (fits.size() > 1) {
      own.divi(fits.size());
    }
    return residual
        ? own.addi(Combiner.logitAverage(fits.get(0).network().classes()).logits(memberLogits))
        : own;
  }
}
