package org.stacking4j.benchmark;

import org.stacking4j.network.FitSettings;

/** Trainers by name. */
final class Trainers {
  private Trainers() {}

  /** The settings with the trainer {@code fused} or {@code dl4j}. */
  static FitSettings choose(String name, FitSettings settings) {
    if (!name.equals("dl4j")) {
      throw new IllegalArgumentException("the trainer must be dl4j, found " + name);
    }
    return settings;
  }
}
