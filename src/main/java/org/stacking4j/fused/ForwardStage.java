package org.stacking4j.fused;

/** One station of a network's forward pass. */
interface ForwardStage {
  /**
   * The forward pass.
   *
   * @param input {@code [rows, width before]}
   * @param rows of this batch
   * @param iteration of the network, which random numbers depend on
   * @return {@code [rows, width after]}, good until the next call
   */
  float[] forward(float[] input, int rows, int iteration);
}
