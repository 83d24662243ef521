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
  private final Crew crew;

  private final NativeFloats x;
  private final NativeFloats dx;
  private final NativeFloats z;
  private final NativeFloats ones;
  private final float[] output;
  private final float[] inputGradient;

  private final Product forward;
  private final Product toWeights;
  private final Product toInput;
  private final Crew.Work backward = this::backward;
  private int partsToWeights;

  private final FloatPointer zAt;
  private final FloatPointer onesAt;
  private final FloatPointer biasAt;
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
    this.crew = parameters.crew;
    x = new NativeFloats(Math.multiplyExact(maxRows, inputs));
    int gradients = first || !parameters.trained ? 0 : maxRows * inputs;
    dx = new NativeFloats(gradients);
    z = new NativeFloats(Math.multiplyExact(maxRows, units));
    ones = new NativeFloats(maxRows);
    float[] one = new float[maxRows];
    Arrays.fill(one, 1);
    ones.write(one, maxRows);
    output = new float[maxRows * units];
    inputGradient = new float[gradients];
    zAt = z.at(0);
    onesAt = ones.at(0);
    biasAt = parameters.weights.at(Math.max(0, biasOffset));
    biasGradientAt = parameters.gradient.at(Math.max(0, biasOffset));
    FloatPointer xAt = x.at(0);
    FloatPointer weightsAt = parameters.weights.at(weightOffset);
    FloatPointer gradientAt = parameters.gradient.at(weightOffset);
    forward = new Product(Blas::timesTransposed, xAt, weightsAt, inputs, zAt, units);
    toWeights = new Product(Blas::transposedTimes, zAt, xAt, 1, gradientAt, inputs);
    toInput = new Product(Blas::times, zAt, weightsAt, 1, dx.at(0), inputs);
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
    crew.run(forward.prepare(rows, inputs, 1), forward);
    if (bias) {
      Blas.addToRows(biasAt, onesAt, zAt, rows, units);
    }
    z.read(output, rows * units);
    return output;
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    z.write(gradient, rows * units);
    if (bias) {
      Blas.sumOfRows(zAt, onesAt, biasGradientAt, rows, units);
    }
    int products = first ? 1 : 2;
    partsToWeights = toWeights.prepare(units, rows, products);
    int partsToInput = first ? 0 : toInput.prepare(rows, units, products);
    crew.run(partsToWeights + partsToInput, backward);
    if (!first) {
      dx.read(inputGradient, rows * inputs);
    }
    return inputGradient;
  }

  private void backward(int part) {
    if (part < partsToWeights) {
      toWeights.part(part);
    } else {
      toInput.part(part - partsToWeights);
    }
  }

  @Override
  public void close() {
    x.close();
    dx.close();
    z.close();
    ones.close();
  }
}
