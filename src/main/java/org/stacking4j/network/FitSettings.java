package org.stacking4j.network;

import java.time.Duration;

/**
 * What a {@code MultiLayerConfiguration} cannot say about the way a network is fitted. Immutable.
 *
 * @param epochs passes over the training rows, 0 or more; 0 leaves the network as it was
 *     initialised
 * @param batchSize rows per step, 1 or more; a last batch of a single row is merged into the one
 *     before it, because batch normalisation learns nothing from one row
 * @param gradientNormLimit the largest 2-norm of the whole gradient, averaged over the batch; a
 *     larger gradient is scaled down to it before the updater sees it (PyTorch's {@code
 *     clip_grad_norm_}; Pascanu, Mikolov, Bengio 2013). {@code Double.POSITIVE_INFINITY} switches
 *     it off. DL4J's own gradient normalisation works layer by layer and distorts the running
 *     statistics of batch normalisation, so configurations that use it beside batch normalisation
 *     are refused.
 * @param uniformBiases whether layers whose weights start as {@code WeightInit.UNIFORM}, which is
 *     U(±1/√fanIn), draw their biases from the same range, as PyTorch's {@code Linear} does; DL4J
 *     can only start biases at a constant. A layer whose {@code biasInit} is not zero keeps it.
 * @param trainer what computes the steps
 * @param timeout how long a fit may train before it fails, in wall time; zero for as long as it
 *     takes. It does not change what a fit comes to
 */
public record FitSettings(
    int epochs,
    int batchSize,
    double gradientNormLimit,
    boolean uniformBiases,
    Trainer trainer,
    Duration timeout) {

  /**
   * Checks the numbers.
   *
   * @param epochs 0 or more
   * @param batchSize 1 or more
   * @param gradientNormLimit above 0; infinity switches it off
   * @param uniformBiases whether biases start as uniform weights do
   * @param trainer any but {@link Trainer#NONE}
   * @param timeout zero or more; zero for none
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public FitSettings {
    if (epochs < 0) {
      throw new IllegalArgumentException("epochs must be >= 0, found " + epochs);
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize must be >= 1, found " + batchSize);
    }
    if (!(gradientNormLimit > 0)) {
      throw new IllegalArgumentException(
          "gradientNormLimit must be > 0 (infinity switches it off), found " + gradientNormLimit);
    }
    if (trainer == Trainer.NONE) {
      throw new IllegalArgumentException("trainer none fits nothing; use auto, fused or dl4j");
    }
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout must be >= 0 (0 for none), found " + timeout);
    }
  }

  /**
   * Settings without a timeout.
   *
   * @param epochs 0 or more
   * @param batchSize 1 or more
   * @param gradientNormLimit above 0; infinity switches it off
   * @param uniformBiases whether biases start as uniform weights do
   * @param trainer any but {@link Trainer#NONE}
   */
  public FitSettings(
      int epochs, int batchSize, double gradientNormLimit, boolean uniformBiases, Trainer trainer) {
    this(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, Duration.ZERO);
  }

  /**
   * Settings with {@link Trainer#AUTO}.
   *
   * @param epochs 0 or more
   * @param batchSize 1 or more
   * @param gradientNormLimit above 0; infinity switches it off
   * @param uniformBiases whether biases start as uniform weights do
   */
  public FitSettings(int epochs, int batchSize, double gradientNormLimit, boolean uniformBiases) {
    this(epochs, batchSize, gradientNormLimit, uniformBiases, Trainer.AUTO);
  }

  /**
   * {@return the recipe's settings: 10 epochs, batches of 128, gradient norm at most 2, uniform
   * biases}
   */
  public static FitSettings defaults() {
    return new FitSettings(10, 128, 2.0, true);
  }

  /**
   * {@return these settings with other {@code epochs}}
   *
   * @param epochs 0 or more
   */
  public FitSettings withEpochs(int epochs) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }

  /**
   * {@return these settings with another {@code batchSize}}
   *
   * @param batchSize 1 or more
   */
  public FitSettings withBatchSize(int batchSize) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }

  /**
   * {@return these settings with another {@code gradientNormLimit}}
   *
   * @param gradientNormLimit above 0; infinity switches it off
   */
  public FitSettings withGradientNormLimit(double gradientNormLimit) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }

  /**
   * {@return these settings with {@code uniformBiases} on or off}
   *
   * @param uniformBiases whether biases start as uniform weights do
   */
  public FitSettings withUniformBiases(boolean uniformBiases) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }

  /**
   * {@return these settings with another {@code trainer}}
   *
   * @param trainer any but {@link Trainer#NONE}
   */
  public FitSettings withTrainer(Trainer trainer) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }

  /**
   * {@return these settings with a limit to the wall time that each fit trains; zero for none}
   *
   * @param timeout zero or more
   */
  public FitSettings withTimeout(Duration timeout) {
    return new FitSettings(epochs, batchSize, gradientNormLimit, uniformBiases, trainer, timeout);
  }
}
