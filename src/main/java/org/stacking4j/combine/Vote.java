package org.stacking4j.combine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A combiner that works on probabilities; its logits are their logarithms. */
interface Vote extends Combiner {
  /** Stands in for a probability of zero, which has no logarithm. */
  double LEAST = 1e-30;

  /** The logarithm of the probabilities, which softmax turns back into them. */
  @Override
  default INDArray logits(INDArray memberLogits) {
    return Transforms.log(Transforms.max(probabilities(memberLogits), LEAST, false), false);
  }

  @Override
  INDArray probabilities(INDArray memberLogits);
}
