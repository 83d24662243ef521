package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

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

  /** Writes what it has learnt without a gradient, to the last bit. */
  void save(DataOutput out) throws IOException {}

  /** Reads what {@link #save} has written. */
  void restore(DataInput in) throws IOException {}

  /** What it does in a fitted network. */
  ForwardStage frozen() {
    return this;
  }

  @Override
  public void close() {}
}
