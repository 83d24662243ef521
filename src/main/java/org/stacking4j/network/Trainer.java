package org.stacking4j.network;

import java.util.Locale;

/** What computes the steps of a fit. */
public enum Trainer {
  /** {@link #FUSED} for every network it can train, else {@link #DL4J}; which, the results say. */
  AUTO,
  /**
   * The fused step: a few loops and matrix products for the whole network. It computes what {@link
   * #DL4J} does but for rounding and for the random numbers of dropout.
   */
  FUSED,
  /** Deeplearning4j's own {@code fit}, which can train every network. */
  DL4J,
  /** None, because the network came fitted: what results say, and nothing to ask of a fit. */
  NONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
