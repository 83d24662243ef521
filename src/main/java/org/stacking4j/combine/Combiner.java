package org.stacking4j.combine;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.stacking4j.meta.MetaFeatures;
import org.stacking4j.train.FitResult;

/**
 * Turns member logits, {@code [rows, members × classes]}, into one answer per row. In a regression
 * logits are predictions and classes are targets, and there are no probabilities. One that takes
 * features too is given them behind the logits, as many as {@link #features} says. Implementations
 * are immutable and thread-safe.
 */
public interface Combiner {
  /**
   * One logit per class.
   *
   * @param memberLogits {@code [rows, members × classes]}, members in order; not changed
   * @return {@code [rows, classes]}, float32
   */
  INDArray logits(INDArray memberLogits);

  /**
   * The softmax of {@link #logits}.
   *
   * @param memberLogits {@code [rows, members × classes]}; not changed
   * @return {@code [rows, classes]}, each row adding up to 1
   */
  default INDArray probabilities(INDArray memberLogits) {
    return Transforms.softmax(logits(memberLogits), true);
  }

  /**
   * The most probable class of each row; of equals, the first.
   *
   * @param memberLogits {@code [rows, members × classes]}; not changed
   * @return {@code [rows]}
   */
  default int[] predict(INDArray memberLogits) {
    return logits(memberLogits).argMax(1).toIntVector();
  }

  /**
   * {@return whether its answer depends on a member; it does not look at the logits of others}
   *
   * @param member its position, from 0
   */
  default boolean needs(int member) {
    return true;
  }

  /** {@return how many of the rows' own feature columns it takes behind the logits; 0 for none} */
  default int features() {
    return 0;
  }

  /**
   * What it takes of a table: the logits, and if it takes features, these behind them.
   *
   * @param table of meta-features, whose rows are to be answered
   * @return {@code [rows, members × classes + features]}, a copy
   */
  default INDArray inputs(MetaFeatures table) {
    return features() > 0 ? table.inputs() : table.logits();
  }

  /** {@return the networks that were fitted for it, none if it learns nothing} */
  default List<FitResult> fits() {
    return List.of();
  }

  /**
   * {@return one member alone}
   *
   * @param member its position, from 0
   * @param classes how many logits each member has
   */
  static Combiner member(int member, int classes) {
    return new OneMember(member, classes);
  }

  /**
   * {@return the mean of the members' logits}
   *
   * @param classes how many logits each member has
   */
  static Combiner logitAverage(int classes) {
    return new LogitAverage(classes);
  }

  /**
   * {@return the mean of the members' probabilities}
   *
   * @param classes how many logits each member has
   */
  static Combiner softVote(int classes) {
    return new SoftVote(classes);
  }

  /**
   * {@return the share of the members that choose a class; of classes with equally many votes, the
   * one with the larger mean probability is predicted}
   *
   * @param classes how many logits each member has
   */
  static Combiner majorityVote(int classes) {
    return new MajorityVote(classes);
  }
}
