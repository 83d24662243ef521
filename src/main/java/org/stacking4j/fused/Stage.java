package org.stacking4j.fused;

import java.util.Map;

/**
 * One station of a network's forward and backward pass. It keeps what the backward pass needs; its
 * arrays are made once, for the largest batch, and used again in every step.
 */
abstract class Stage implements AutoCloseable {
  /**
   * The forward pass, as in training.
   *
   * @param input {@code [rows, width before]}
   * @param rows of this batch
   * @param iteration of the network, which random numbers depend on
   * @return {@code [rows, width after]}, good until the next call
   */
  abstract float[] forward(float[] input, int rows, int iteration);

  /**
   * The backward pass; leaves the gradient of the stage's own parameters, summed over the rows, in
   * {@link Parameters#gradient}.
   *
   * @param gradient of the loss with respect to what {@link #forward} returned; may be overwritten
   * @return the gradient with respect to what {@link #forward} was given
   */
  abstract float[] backward(float[] gradient, int rows);

  /** Puts what is learnt without a gradient (running statistics) into the parameters. */
  void store() {}

  @Override
  public void close() {}

  /** Where a layer's parameters begin in the flat order, by DL4J's names: {@code 2_W}. */
  record Offsets(Map<String, Integer> byName) {
    int of(int layer, String parameter) {
      Integer offset = byName.get(layer + "_" + parameter);
      if (offset == null) {
        throw new IllegalArgumentException("layer " + layer + " has no parameter " + parameter);
      }
      return offset;
    }
  }
}
