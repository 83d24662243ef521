package org.stacking4j.meta;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A fitted member that is no network but an ensemble of its own, with one ensemble for each fold,
 * one of all rows, or both. Implementations are immutable and thread-safe.
 */
public interface StackMember {
  /** {@return the member's name} */
  String name();

  /** {@return how many folds there is an ensemble for, all repeats together} */
  int folds();

  /** {@return whether there is one of all rows} */
  boolean hasRefit();

  /** {@return how many classes it tells apart, or how many targets it predicts} */
  int outputs();

  /**
   * What the ensemble of one fold answers.
   *
   * @param fold 1-based and numbered on through repeats, or 0 for the one of all rows
   * @param features {@code [rows, columns]}, float32
   * @return logits, or predicted targets, {@code [rows, outputs]}, float32, row by row in memory of
   *     their own
   */
  INDArray logits(int fold, INDArray features);

  /** {@return wall seconds of all its fits, added up} */
  double seconds();
}
