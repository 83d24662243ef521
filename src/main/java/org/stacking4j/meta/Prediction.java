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

  /** {@return whether the members are fitted on all training rows too} */
  public boolean asksRefit() {
    return this != FOLD_MEAN;
  }

  /** {@return whether fold networks answer} */
  public boolean asksFolds() {
    return this != REFIT;
  }

  /** {@return for people, whose answer it is: {@code each member's network of all rows}} */
  public String describe() {
    return switch (this) {
      case FOLD_MEAN -> "the mean of each member's fold networks";
      case REFIT -> "each member's network of all rows";
      case FOLDS_AND_REFIT ->
          "the mean of each member's fold networks and its network of all rows, which counts twice";
    };
  }

  /** In words: {@code fold-mean}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
