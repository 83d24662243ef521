package org.stacking4j.data;

import java.util.Locale;

/** What is asked about a row. */
public enum Task {
  /** Which of several classes it belongs to; a network answers with a logit for each. */
  CLASSIFICATION,
  /** One or more numbers, the targets; a network answers with the numbers. */
  REGRESSION;

  /** In words: {@code regression}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
