package org.stacking4j.fused;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Batch normalisation (Ioffe, Szegedy 2015) over the rows of a batch, with learnt scale and shift.
 *
 * <p>Every loop runs over one row that was copied out: the compiler makes vector instructions only
 * where all arrays are read and written at the same index.
 */
final class BatchNormStage extends Stage {
  private final Parameters parameters;
  private final int gammaOffset;
  private final int betaOffset;
  private final int meanOffset;
  private final int spreadOffset;
  private final int units;
  private final double eps;
  private final double decay;
  private final boolean logStandardDeviation;
  private final boolean first;

  private final float[] output;
  private float[] normalised = new float[0]; // the input array, overwritten
  private final float[] gamma;
  private final float[] beta;
  private final float[] origin; // what is subtracted before anything else
  private final float[] mean;
  private final float[] inverse;
  private final float[] row;
  private final float[] otherRow;
  private final float[] sum;
  private final float[] sumOfProducts;
  private final double[] runningMean;
  private final double[] runningVariance;

  /**
   * @param spreadOffset of the running variance, or of the decadic logarithm of its root
   * @param logStandardDeviation which of them
   * @param first whether its input is the network's: columns that may lie far from zero, where
   *     float32 has no digits left for sums and squares; it then reckons from the batch's first row
   */
  BatchNormStage(
      Parameters parameters,
      int gammaOffset,
      int betaOffset,
      int meanOffset,
      int spreadOffset,
      int units,
      double eps,
      double decay,
      boolean logStandardDeviation,
      boolean first,
      int maxRows) {
    this.parameters = parameters;
    this.gammaOffset = gammaOffset;
    this.betaOffset = betaOffset;
    this.meanOffset = meanOffset;
    this.spreadOffset = spreadOffset;
    this.units = units;
    this.eps = eps;
    this.decay = decay;
    this.logStandardDeviation = logStandardDeviation;
    this.first = first;
    output = new float[maxRows * units];
    gamma = new float[units];
    beta = new float[units];
    origin = new float[units];
    mean = new float[units];
    inverse = new float[units];
    row = new float[units];
    otherRow = new float[units];
    sum = new float[units];
    sumOfProducts = new float[units];
    runningMean = new double[units];
    runningVariance = new double[units];
    for (int j = 0; j < units; j++) {
      runningMean[j] = parameters.values[meanOffset + j];
      double spread = parameters.values[spreadOffset + j];
      runningVariance[j] = logStandardDeviation ? Math.pow(10, 2 * spread) : spread;
    }
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    System.arraycopy(parameters.values, gammaOffset, gamma, 0, units);
    System.arraycopy(parameters.values, betaOffset, beta, 0, units);
    if (first) {
      System.arraycopy(input, 0, origin, 0, units);
      subtractOrigin(input, rows);
    }
    findMean(input, rows);
    findVariance(input, rows);
    normalised = input;
    normalise(rows);
    return output;
  }

  /*
   * A method for each pass over the rows: the compiler takes four times as long for all in one.
   */
  private void subtractOrigin(float[] input, int rows) {
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(input, from, row, 0, units);
      subtract(origin, row, units);
      System.arraycopy(row, 0, input, from, units);
    }
  }

  private void findMean(float[] input, int rows) {
    Arrays.fill(sum, 0);
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(input, from, row, 0, units);
      add(row, sum, units);
    }
    for (int j = 0; j < units; j++) {
      mean[j] = sum[j] / rows;
    }
  }

  private void findVariance(float[] input, int rows) {
    Arrays.fill(sum, 0);
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(input, from, row, 0, units);
      addSquaredDistances(row, mean, sum, units);
    }
    for (int j = 0; j < units; j++) {
      float variance = sum[j] / rows;
      inverse[j] = (float) (1 / Math.sqrt(variance + (float) eps));
      runningMean[j] = decay * runningMean[j] + (1 - decay) * ((double) origin[j] + mean[j]);
      runningVariance[j] = decay * runningVariance[j] + (1 - decay) * variance;
    }
  }

  private void normalise(int rows) {
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(normalised, from, row, 0, units);
      normalise(row, otherRow, mean, inverse, gamma, beta, units);
      System.arraycopy(row, 0, normalised, from, units);
      System.arraycopy(otherRow, 0, output, from, units);
    }
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    addProducts(gradient, rows);
    parameters.gradient.put(gammaOffset, sumOfProducts);
    parameters.gradient.put(betaOffset, sum);
    // dx = gamma / (rows · std) · (rows · dy − Σ dy − xhat · Σ dy·xhat)
    for (int j = 0; j < units; j++) {
      float scale = gamma[j] * inverse[j];
      gamma[j] = scale;
      sum[j] *= scale / rows;
      sumOfProducts[j] *= scale / rows;
    }
    propagate(gradient, rows);
    return gradient;
  }

  private void addProducts(float[] gradient, int rows) {
    Arrays.fill(sum, 0);
    Arrays.fill(sumOfProducts, 0);
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(gradient, from, row, 0, units);
      System.arraycopy(normalised, from, otherRow, 0, units);
      addProducts(row, otherRow, sum, sumOfProducts, units);
    }
  }

  private void propagate(float[] gradient, int rows) {
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(gradient, from, row, 0, units);
      System.arraycopy(normalised, from, otherRow, 0, units);
      propagate(row, otherRow, gamma, sum, sumOfProducts, units);
      System.arraycopy(row, 0, gradient, from, units);
    }
  }

  @Override
  void store() {
    for (int j = 0; j < units; j++) {
      parameters.values[meanOffset + j] = (float) runningMean[j];
      parameters.values[spreadOffset + j] =
          (float)
              (logStandardDeviation ? 0.5 * Math.log10(runningVariance[j]) : runningVariance[j]);
    }
  }

  @Override
  void save(DataOutput out) throws IOException {
    for (int j = 0; j < units; j++) {
      out.writeDouble(runningMean[j]);
      out.writeDouble(runningVariance[j]);
    }
  }

  @Override
  void restore(DataInput in) throws IOException {
    for (int j = 0; j < units; j++) {
      runningMean[j] = in.readDouble();
      runningVariance[j] = in.readDouble();
    }
  }

  /** Another scale and shift for each unit, by running statistics. */
  @Override
  ForwardStage frozen() {
    float[] origin = new float[units];
    float[] scale = new float[units];
    float[] shift = new float[units];
    for (int j = 0; j < units; j++) {
      double factor = parameters.values[gammaOffset + j] / Math.sqrt(runningVariance[j] + eps);
      origin[j] = first ? (float) runningMean[j] : 0;
      scale[j] = (float) factor;
      shift[j] =
          (float) (parameters.values[betaOffset + j] - factor * (runningMean[j] - origin[j]));
    }
    return new ScaleStage(origin, scale, shift, output.length / units);
  }

  private static void subtract(float[] origin, float[] z, int n) {
    for (int j = 0; j < n; j++) {
      z[j] -= origin[j];
    }
  }

  private static void add(float[] z, float[] sum, int n) {
    for (int j = 0; j < n; j++) {
      sum[j] += z[j];
    }
  }

  private static void addSquaredDistances(float[] z, float[] mean, float[] sum, int n) {
    for (int j = 0; j < n; j++) {
      float distance = z[j] - mean[j];
      sum[j] += distance * distance;
    }
  }

  private static void normalise(
      float[] z, float[] y, float[] mean, float[] inverse, float[] gamma, float[] beta, int n) {
    for (int j = 0; j < n; j++) {
      float normalised = (z[j] - mean[j]) * inverse[j];
      z[j] = normalised;
      y[j] = gamma[j] * normalised + beta[j];
    }
  }

  private static void addProducts(
      float[] gradient, float[] x, float[] sum, float[] products, int n) {
    for (int j = 0; j < n; j++) {
      sum[j] += gradient[j];
      products[j] += gradient[j] * x[j];
    }
  }

  private static void propagate(
      float[] gradient, float[] x, float[] scale, float[] sum, float[] products, int n) {
    for (int j = 0; j < n; j++) {
      gradient[j] = scale[j] * gradient[j] - sum[j] - x[j] * products[j];
    }
  }
}
