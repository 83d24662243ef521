package org.stacking4j.fused;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** An output layer's activation and loss, one row at a time. */
abstract class Loss {
  private final float @Nullable [] classWeights;

  private Loss(@Nullable INDArray classWeights) {
    this.classWeights = classWeights == null ? null : classWeights.dup().data().asFloat();
  }

  /** What DL4J means by this pair, or null if it is not known here. */
  static @Nullable Loss of(IActivation activation, ILossFunction loss) {
    Class<?> kind = loss.getClass();
    if (activation instanceof ActivationSoftmax
        && (kind == LossMCXENT.class || kind == LossNegativeLogLikelihood.class)) {
      LossMCXENT own = (LossMCXENT) loss;
      return new CrossEntropy(own.getWeights(), own.getSoftmaxClipEps());
    }
    if (activation instanceof ActivationSigmoid && kind == LossBinaryXENT.class) {
      LossBinaryXENT own = (LossBinaryXENT) loss;
      return new BinaryCrossEntropy(own.getWeights(), own.getClipEps());
    }
    if (activation instanceof ActivationIdentity && kind == LossMSE.class) {
      return new Squared(((LossMSE) loss).getWeights(), true);
    }
    if (activation instanceof ActivationIdentity && kind == LossL2.class) {
      return new Squared(((LossL2) loss).getWeights(), false);
    }
    return null;
  }

  /**
   * The loss of a batch, summed over its rows.
   *
   * @param z the output layer's pre-activations, {@code [rows, outputs]}; becomes the gradient with
   *     respect to them
   * @param targets {@code [rows, outputs]}
   * @param rowWeights {@code [rows]}, or null for 1 each
   */
  final double gradient(
      float[] z, float[] targets, float @Nullable [] rowWeights, int rows, int outputs) {
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      int from = row * outputs;
      double loss = row(z, targets, from, from + outputs);
      if (rowWeights != null) {
        for (int i = from; i < from + outputs; i++) {
          z[i] *= rowWeights[row];
        }
        loss *= rowWeights[row];
      }
      sum += loss;
    }
    return sum;
  }

  /** The same for one row, which has the places {@code from} to {@code to}, exclusive. */
  abstract double row(float[] z, float[] targets, int from, int to);

  final float weight(int output) {
    return classWeights == null ? 1 : classWeights[output];
  }

  final boolean weighted() {
    return classWeights != null;
  }

  /** Softmax with cross-entropy. */
  private static final class CrossEntropy extends Loss {
    private final double clip;

    CrossEntropy(@Nullable INDArray classWeights, double clip) {
      super(classWeights);
      this.clip = clip;
    }

    @Override
    double row(float[] z, float[] targets, int from, int to) {
      float max = z[from];
      for (int i = from + 1; i < to; i++) {
        max = Math.max(max, z[i]);
      }
      double total = 0;
      double targetWeight = weighted() ? 0 : 1;
      for (int i = from; i < to; i++) {
        z[i] = (float) Math.exp(z[i] - max);
        total += z[i];
        if (weighted()) {
          targetWeight += weight(i - from) * targets[i];
        }
      }
      double loss = 0;
      for (int i = from; i < to; i++) {
        double probability = z[i] / total;
        float target = weight(i - from) * targets[i];
        if (target != 0) {
          loss -= target * Math.log(Math.max(probability, clip));
        }
        z[i] = (float) (probability * targetWeight - target);
      }
      return loss;
    }
  }

  /** Sigmoid with cross-entropy, each output a yes or no of its own. */
  private static final class BinaryCrossEntropy extends Loss {
    private final double clip;

    BinaryCrossEntropy(@Nullable INDArray classWeights, double clip) {
      super(classWeights);
      this.clip = clip;
    }

    @Override
    double row(float[] z, float[] targets, int from, int to) {
      double loss = 0;
      for (int i = from; i < to; i++) {
        double p = 1 / (1 + Math.exp(-z[i]));
        double clipped = clip > 0 ? Math.min(Math.max(p, clip), 1 - clip) : p;
        float weight = weight(i - from);
        loss -=
            weight * (targets[i] * Math.log(clipped) + (1 - targets[i]) * Math.log(1 - clipped));
        z[i] = (float) (weight * (clipped - targets[i]) / (clipped * (1 - clipped)) * p * (1 - p));
      }
      return loss;
    }
  }

  /** Squared error, summed over the outputs or averaged. */
  private static final class Squared extends Loss {
    private final boolean mean;

    Squared(@Nullable INDArray classWeights, boolean mean) {
      super(classWeights);
      this.mean = mean;
    }

    @Override
    double row(float[] z, float[] targets, int from, int to) {
      float divisor = mean ? to - from : 1;
      double loss = 0;
      for (int i = from; i < to; i++) {
        float error = z[i] - targets[i];
        float weight = weight(i - from) / divisor;
        loss += weight * error * error;
        z[i] = 2 * weight * error;
      }
      return loss;
    }
  }
}
