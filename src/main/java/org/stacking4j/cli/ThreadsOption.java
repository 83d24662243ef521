package org.stacking4j.cli;

import picocli.CommandLine.Option;

/** {@code --threads}, for every command that fits. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Fits at a time; the numbers do not depend on it (one per processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /**
   * Fits at a time.
   *
   * @throws IllegalArgumentException if fewer than 1 were asked for
   */
  int threads() {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, found " + threads);
    }
    return threads;
  }
}
