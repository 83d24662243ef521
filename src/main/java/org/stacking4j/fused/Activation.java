package org.stacking4j.fused;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** An activation function and its derivative, over plain arrays. */
interface Activation {
  /** {@code y = f(x)} for the first {@code n} values. */
  void apply(float[] x, float[] y, int n);

  /** Multiplies {@code gradient} by {@code f'(x)}, where {@code y = f(x)}. */
  void multiplyByDerivative(float[] x, float[] y, float[] gradient, int n);

  /** The function DL4J means, or null if it is not known here. */
  static @Nullable Activation of(IActivation function) {
    if (function.equals(new ActivationReLU())) {
      return new Relu();
    }
    if (function instanceof ActivationLReLU leaky) {
      float slope = (float) leaky.getAlpha();
      return new Elementwise(x -> x > 0 ? x : slope * x, (x, y) -> x >= 0 ? 1 : slope);
    }
    if (function instanceof ActivationELU elu && elu.getAlpha() == 1) {
      return new Elementwise(x -> x >= 0 ? x : Math.expm1(x), (x, y) -> x >= 0 ? 1 : y + 1);
    }
    if (function instanceof ActivationSELU) {
      return new Elementwise(
          x -> Selu.SCALE * (x > 0 ? x : Selu.ALPHA * Math.expm1(x)),
          (x, y) -> x > 0 ? Selu.SCALE : y + Selu.SCALE * Selu.ALPHA);
    }
    if (function instanceof ActivationSigmoid) {
      return new Elementwise(Activation::sigmoid, (x, y) -> y * (1 - y));
    }
    if (function instanceof ActivationHardTanH) {
      return new HardTanh();
    }
    if (function instanceof ActivationTanH) {
      return new Elementwise(Math::tanh, (x, y) -> 1 - y * y);
    }
    if (function instanceof ActivationSoftPlus) {
      return new Elementwise(
          x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x, y) -> sigmoid(x));
    }
    if (function instanceof ActivationSwish) {
      return new Elementwise(
          x -> x * sigmoid(x), (x, y) -> sigmoid(x) * (1 + x * (1 - sigmoid(x))));
    }
    return null;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Klambauer et al. 2017. */
  final class Selu {
    static final double ALPHA = 1.6732632423543772;
    static final double SCALE = 1.0507009873554805;

    private Selu() {}
  }

  /** The common one, in loops that the compiler makes vector instructions of. */
  final class Relu implements Activation {
    // Any positive float, the smallest too, becomes at least 1 when multiplied by both.
    private static final float HUGE = 0x1p127f;
    private static final float LARGE = 0x1p30f;

    @Override
    public void apply(float[] x, float[] y, int n) {
      for (int i = 0; i < n; i++) {
        y[i] = Math.max(0, x[i]);
      }
    }

    @Override
    public void multiplyByDerivative(float[] x, float[] y, float[] gradient, int n) {
      for (int i = 0; i < n; i++) {
        gradient[i] *= Math.min(1, y[i] * HUGE * LARGE); // 1 where y > 0, without a branch
      }
    }
  }

  /** Cut off at -1 and 1, in loops that the compiler makes vector instructions of. */
  final class HardTanh implements Activation {
    @Override
    public void apply(float[] x, float[] y, int n) {
      for (int i = 0; i < n; i++) {
        y[i] = Math.max(-1, Math.min(1, x[i]));
      }
    }

    @Override
    public void multiplyByDerivative(float[] x, float[] y, float[] gradient, int n) {
      for (int i = 0; i < n; i++) {
        gradient[i] = x[i] == y[i] ? gradient[i] : 0;
      }
    }
  }

  /** Any other, one value at a time, in double precision. */
  record Elementwise(Function function, Derivative derivative) implements Activation {
    /** A function of one number. */
    interface Function {
      double of(double x);
    }

    /** Its derivative, which may use its value {@code y}. */
    interface Derivative {
      double of(double x, double y);
    }

    @Override
    public void apply(float[] x, float[] y, int n) {
      for (int i = 0; i < n; i++) {
        y[i] = (float) function.of(x[i]);
      }
    }

    @Override
    public void multiplyByDerivative(float[] x, float[] y, float[] gradient, int n) {
      for (int i = 0; i < n; i++) {
        gradient[i] *= (float) derivative.of(x[i], y[i]);
      }
    }
  }
}
