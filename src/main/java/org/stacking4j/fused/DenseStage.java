package org.stacking4j.fused;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A dense layer before its activation: {@code z = x · W + b}. DL4J keeps {@code W}, {@code [inputs,
 * units]}, column by column, which read row by row is {@code Wᵀ}.
 */
final class DenseStage extends Stage {
  private final int inputs;
  private final int units;
  private final boolean first;
  private final boolean bias;

  private final NativeFloats x;
  private final NativeFloats z;
  private final NativeFloats ones;
  private final float[] output;
  private float[] inputGradient = new float[0];

  private final FloatPointer xAt;
  private final FloatPointer zAt;
  private final FloatPointer onesAt;
  private final FloatPointer weightsAt;
  private final FloatPointer biasAt;
  private final FloatPointer weightGradientAt;
  private final FloatPointer biasGradientAt;

  /**
   * @param first whether nothing comes before it: then its input is put into {@link #input}, and
   *     nobody asks for the gradient with respect to it
   */
  DenseStage(
      Parameters parameters,
      int weightOffset,
      int biasOffset,
      int inputs,
      int units,
      boolean first,
      int maxRows) {
    this.inputs = inputs;
    this.units = units;
    this.first = first;
    this.bias = biasOffset >= 0;
    x = new NativeFloats(Math.multiplyExact(maxRows, inputs));
    z = new NativeFloats(Math.multiplyExact(maxRows, units));
    ones = new NativeFloats(maxRows);
    float[] one = new float[maxRows];
    Arrays.fill(one, 1);
    ones.write(one, maxRows);
    output = new float[maxRows * units];
    xAt = x.at(0);
    zAt = z.at(0);
    onesAt = ones.at(0);
    weightsAt = parameters.weights.at(weightOffset);
    weightGradientAt = parameters.gradient.at(weightOffset);
    biasAt = parameters.weights.at(Math.max(0, biasOffset));
    biasGradientAt = parameters.gradient.at(Math.max(0, biasOffset));
  }

  /** Where the network's input goes, {@code [rows, inputs]}, if this stage is the first. */
  FloatBuffer input() {
    return x.buffer();
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    if (!first) {
      x.write(input, rows * inputs);
    }
    Blas.timesTransposed(xAt, weightsAt, zAt, rows, units, inputs);
    if (bias) {
      Blas.addToRows(biasAt, onesAt, zAt, rows, units);
    }
    z.read(output, rows * units);
    return output;
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    z.write(gradient, rows * units);
    Blas.transposedTimes(zAt, xAt, weightGradientAt, units, inputs, rows);
    if (bias) {
      Blas.sumOfRows(zAt, onesAt, biasGradientAt, rows, units);
    }
    if (first) {
      return inputGradient;
    }
    // Its input is needed no more, so the gradient may take its place.
    Blas.times(zAt, weightsAt, xAt, rows, inputs, units);
    if (inputGradient.length < rows * inputs) {
      inputGradient = new float[rows * inputs];
    }
    x.read(inputGradient, rows * inputs);
    return inputGradient;
  }

  @Override
  public void close() {
    x.close();
    z.close();
    ones.close();
  }
}
