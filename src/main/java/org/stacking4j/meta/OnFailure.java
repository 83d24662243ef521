package org.stacking4j.meta;

import java.util.Locale;

/** What becomes of an ensemble when a fit of a member fails. */
public enum OnFailure {
  /** The whole fit fails. */
  STOP,

  /**
   * The member leaves the ensemble with all its networks, and the others go on. They are then what
   * they were if it had never been there.
   */
  DROP_OUT;

  /** {@code stop} or {@code drop-out}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
