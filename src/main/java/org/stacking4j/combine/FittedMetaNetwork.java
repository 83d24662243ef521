package org.stacking4j.combine;

import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.stacking4j.train.FitResult;

/**
 * A fitted meta network. Immutable and thread-safe.
 *
 * @param fits the network, its losses and its time; with repeats several, whose mean logits answer
 * @param residual whether its answer is added to the logit average
 * @param features how many of its inputs, the last ones, are features and not logits
 */
public record FittedMetaNetwork(List<FitResult> fits, boolean residual, int features)
    implements Combiner {
  /**
   * Copies the fits.
   *
   * @param fits one or more, whose mean logits answer
   * @param residual whether its answer is added to the logit average
   * @param features how many of its inputs, the last ones, are features, 0 or more
   * @throws IllegalArgumentException if there are no fits, or {@code features} is negative
   */
  public FittedMetaNetwork {
    fits = List.copyOf(fits);
    if (fits.isEmpty()) {
      throw new IllegalArgumentException("a fitted meta network has at least one network");
    }
    if (features < 0) {
      throw new IllegalArgumentException("features must be >= 0, found " + features);
    }
  }

  /**
   * One that takes logits alone.
   *
   * @param fits one or more, whose mean logits answer
   * @param residual whether its answer is added to the logit average
   */
  public FittedMetaNetwork(List<FitResult> fits, boolean residual) {
    this(fits, residual, 0);
  }

  @Override
  public INDArray logits(INDArray memberLogits) {
    if (features > 0) {
      checkWidth(memberLogits.size(1));
    }
    INDArray own = fits.get(0).network().logits(memberLogits);
    for (FitResult repeat : fits.subList(1, fits.size())) {
      INDArray addend = repeat.network().logits(memberLogits);
      own.addi(addend);
      addend.close();
    }
    if (fits.size() > 1) {
      own.divi(fits.size());
    }
    if (!residual) {
      return own;
    }
    INDArray ofMembers =
        features == 0
            ? memberLogits
            : memberLogits.get(
                NDArrayIndex.all(), NDArrayIndex.interval(0, memberLogits.size(1) - features));
    return own.addi(Combiner.logitAverage(fits.get(0).network().classes()).logits(ofMembers));
  }

  private void checkWidth(long found) {
    var first = fits.get(0).network().configuration().getConf(0).getLayer();
    if (first instanceof FeedForwardLayer layer && layer.getNIn() != found) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the meta network takes %d logits and behind them %d features, found %d columns; give"
                  + " it the inputs of MetaFeatures",
              layer.getNIn() - features,
              features,
              found));
    }
  }
}
