package org.stacking4j.combine;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

record MajorityVote(int classes) implements Vote {
  /** The shares of votes. */
  @Override
  public INDArray probabilities(INDArray memberLogits) {
    INDArray byMember = LogitAverage.byMember(memberLogits, classes);
    int members = (int) byMember.size(1);
    int[] votes = byMember.argMax(2).dup('c').data().asInt();
    float[][] shares = new float[(int) byMember.size(0)][classes];
    for (int i = 0; i < votes.length; i++) {
      shares[i / members][votes[i]] += 1f / members;
    }
    return Nd4j.createFromArray(shares);
  }

  @Override
  public int[] predict(INDArray memberLogits) {
    // A mean probability is at most 1, less than one vote's share times this.
    INDArray tieBreak = new SoftVote(classes).probabilities(memberLogits);
    double lessThanAVote = 0.5 * classes / (double) memberLogits.size(1);
    return probabilities(memberLogits).addi(tieBreak.muli(lessThanAVote)).argMax(1).toIntVector();
  }
}
