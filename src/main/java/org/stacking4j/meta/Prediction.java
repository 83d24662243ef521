package org.stacking4j.meta;

import java.util.Locale;

/** Which networks of a member answer for rows that are new. */
public enum Prediction {
  /** The mean of the logits of the member's fold networks; no further fits are needed. */
  FOLD_MEAN,
  /** One network of the member, fitted once more on all training rows. */
  REFIT;

  /** In words: {@code fold-mean}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
