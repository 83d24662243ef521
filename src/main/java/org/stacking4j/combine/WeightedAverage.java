package org.stacking4j.combine;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The mean of the members' logits, with a weight for each member. Members of weight zero need not
 * be asked. Immutable and thread-safe.
 *
 * @param weights of the members, in order, 0 to 1, adding up to 1
 * @param classes how many logits each member has
 */
public record WeightedAverage(List<Double> weights, int classes) implements Combiner {
  /**
   * Copies and checks the weights.
   *
   * @param weights of the members, in order, 0 to 1, adding up to 1
   * @param classes how many logits each member has
   * @throws IllegalArgumentException if a weight is negative or they do not add up to 1
   */
  public WeightedAverage {
    weights = List.copyOf(weights);
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    if (!(Math.abs(sum - 1) < 1e-6) || weights.stream().anyMatch(weight -> !(weight >= 0))) {
      throw new IllegalArgumentException(
          "members' weights must be 0 to 1 and add up to 1, found " + weights);
    }
  }

  @Override
  public INDArray logits(INDArray memberLogits) {
    INDArray byMember = LogitAverage.byMember(memberLogits, classes);
    if (byMember.size(1) != weights.size()) {
      throw new IllegalArgumentException(
          "there are weights for "
              + weights.size()
              + " members, the logits are those of "
              + byMember.size(1));
    }
    INDArray sum = Nd4j.zeros(byMember.dataType(), byMember.size(0), classes);
    for (int member = 0; member < weights.size(); member++) {
      if (weights.get(member) > 0) {
        INDArray own =
            byMember.get(NDArrayIndex.all(), NDArrayIndex.point(member), NDArrayIndex.all());
        sum.addi(own.mul(weights.get(member)));
      }
    }
    return sum;
  }

  @Override
  public boolean needs(int member) {
    return weights.get(member) > 0;
  }
}
