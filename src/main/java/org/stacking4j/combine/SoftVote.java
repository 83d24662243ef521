package org.stacking4j.combine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

record SoftVote(int classes) implements Vote {
  @Override
  public INDArray probabilities(INDArray memberLogits) {
    INDArray byMember = LogitAverage.byMember(memberLogits, classes);
    long rows = byMember.size(0);
    long members = byMember.size(1);
    INDArray each = Transforms.softmax(byMember.reshape('c', rows * members, classes), true);
    return each.dup('c').reshape('c', rows, members, classes).mean(1);
  }
}
