package org.stacking4j.combine;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of the members' logits. Immutable and thread-safe.
 *
 * @param classes how many logits each member has
 */
public record LogitAverage(int classes) implements Combiner {
  @Override
  public INDArray logits(INDArray memberLogits) {
    return byMember(memberLogits, classes).mean(1);
  }

  /** The same numbers as {@code [rows, members, classes]}. */
  static INDArray byMember(INDArray memberLogits, int classes) {
    long rows = memberLogits.size(0);
    long columns = memberLogits.size(1);
    if (columns == 0 || columns % classes != 0) {
      throw new IllegalArgumentException(
          "member logits must have a multiple of " + classes + " columns, found " + columns);
    }
    return memberLogits
        .castTo(DataType.FLOAT)
        .dup('c')
        .reshape('c', rows, columns / classes, classes);
  }
}
