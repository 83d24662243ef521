package org.stacking4j.meta;

import java.util.Locale;

/** Which networks of a member answer for rows that are new. */
public enum Prediction {
  /** The mean of the logits of the member's fold networks; no further fits are needed. */
  FOLD_MEAN,
  /** One network of the member, fitted once more on all training rows. */
  REFIT,
  /**
   * The mean of the logits of the member's fold networks and of one fitted once more on all
   * training rows, which counts twice, because it has learned from more.
   */
  FOLDS_AND_REFIT;

  /** Whether the members are fitted on all training rows too. */
  public boolean asksRefit() {
    return this != FOLD_MEAN;
  }

  /** Whether fold networks answer. */
  public boolean asksFolds() {
    return this != REFIT;
  }

  /** In words: {@code fold-mean}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
