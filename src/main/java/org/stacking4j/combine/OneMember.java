package org.stacking4j.combine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

record OneMember(int member, int classes) implements Combiner {
  @Override
  public INDArray logits(INDArray memberLogits) {
    INDArray byMember = LogitAverage.byMember(memberLogits, classes);
    if (member < 0 || member >= byMember.size(1)) {
      throw new IllegalArgumentException(
          "there is no member " + member + ", the logits are those of " + byMember.size(1));
    }
    return byMember
        .get(NDArrayIndex.all(), NDArrayIndex.point(member), NDArrayIndex.all())
        .dup('c');
  }
}
