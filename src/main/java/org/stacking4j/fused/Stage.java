package org.stacking4j.fused;

/**
 * One station of a network's forward and backward pass, as in training. It keeps what the backward
 * pass needs; its arrays are made once, for the largest batch, and used again in every step.
 */
abstract class Stage implements ForwardStage, AutoCloseable {
  @Override
  public abstract float[] forward(float[] input, int rows, int iteration);

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

  /** What it does in a fitted network. */
  ForwardStage frozen() {
    return this;
  }

  @Override
  public void close() {}
}
