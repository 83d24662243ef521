package org.stacking4j.fused;

import java.util.Arrays;

/**
 * Batch normalisation (Ioffe, Szegedy 2015) over the rows of a batch, with learnt scale and shift.
 *
 * <p>Column sums go through the rows four at a time: a row alone is too short for the compiler's
 * unrolled loop.
 */
final class BatchNormStage extends Stage {
  private final Parameters parameters;
  private final int gammaOffset;
  private final int betaOffset;
  private final int meanOffset;
  private final int spreadOffset;
  private final int units;
  private final float eps;
  private final double decay;
  private final boolean logStandardDeviation;

  private final float[] output;
  private float[] normalised = new float[0]; // the input array, overwritten
  private final float[] gamma;
  private final float[] beta;
  private final float[] mean;
  private final float[] inverse;
  private final float[] sum;
  private final float[] sumOfProducts;
  private final double[] runningMean;
  private final double[] runningVariance;

  /**
   * @param spreadOffset of the running variance, or of the decadic logarithm of its root
   * @param logStandardDeviation which of them
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
      int maxRows) {
    this.parameters = parameters;
    this.gammaOffset = gammaOffset;
    this.betaOffset = betaOffset;
    this.meanOffset = meanOffset;
    this.spreadOffset = spreadOffset;
    this.units = units;
    this.eps = (float) eps;
    this.decay = decay;
    this.logStandardDeviation = logStandardDeviation;
    output = new float[maxRows * units];
    gamma = new float[units];
    beta = new float[units];
    mean = new float[units];
    inverse = new float[units];
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
  float[] forward(float[] input, int rows, int iteration) {
    System.arraycopy(parameters.values, gammaOffset, gamma, 0, units);
    System.arraycopy(parameters.values, betaOffset, beta, 0, units);
    Arrays.fill(sum, 0);
    addRows(input, sum, rows, units);
    for (int j = 0; j < units; j++) {
      mean[j] = sum[j] / rows;
    }
    Arrays.fill(sum, 0);
    addSquaredDistances(input, mean, sum, rows, units);
    for (int j = 0; j < units; j++) {
      float variance = sum[j] / rows;
      inverse[j] = (float) (1 / Math.sqrt(variance + eps));
      runningMean[j] = decay * runningMean[j] + (1 - decay) * mean[j];
      runningVariance[j] = decay * runningVariance[j] + (1 - decay) * variance;
    }
    normalised = input;
    for (int row = 0; row < rows; row++) {
      normalise(input, row * units, output, mean, inverse, gamma, beta, units);
    }
    return output;
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    Arrays.fill(sum, 0);
    Arrays.fill(sumOfProducts, 0);
    addGradients(gradient, normalised, sum, sumOfProducts, rows, units);
    parameters.gradient.put(gammaOffset, sumOfProducts, 0, units);
    parameters.gradient.put(betaOffset, sum, 0, units);
    // dx = gamma / (rows · std) · (rows · dy − Σ dy − xhat · Σ dy·xhat)
    for (int j = 0; j < units; j++) {
      float scale = gamma[j] * inverse[j];
      gamma[j] = scale;
      sum[j] *= scale / rows;
      sumOfProducts[j] *= scale / rows;
    }
    for (int row = 0; row < rows; row++) {
      propagate(gradient, row * units, normalised, gamma, sum, sumOfProducts, units);
    }
    return gradient;
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

  private static void addRows(float[] z, float[] sum, int rows, int n) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int a = row * n;
      int b = a + n;
      int c = b + n;
      int d = c + n;
      for (int j = 0; j < n; j++) {
        sum[j] += (z[a + j] + z[b + j]) + (z[c + j] + z[d + j]);
      }
    }
    for (; row < rows; row++) {
      int a = row * n;
      for (int j = 0; j < n; j++) {
        sum[j] += z[a + j];
      }
    }
  }

  private static void addSquaredDistances(float[] z, float[] mean, float[] sum, int rows, int n) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int a = row * n;
      int b = a + n;
      int c = b + n;
      int d = c + n;
      for (int j = 0; j < n; j++) {
        float p = z[a + j] - mean[j];
        float q = z[b + j] - mean[j];
        float r = z[c + j] - mean[j];
        float s = z[d + j] - mean[j];
        sum[j] += (p * p + q * q) + (r * r + s * s);
      }
    }
    for (; row < rows; row++) {
      int a = row * n;
      for (int j = 0; j < n; j++) {
        float p = z[a + j] - mean[j];
        sum[j] += p * p;
      }
    }
  }

  private static void normalise(
      float[] z,
      int from,
      float[] output,
      float[] mean,
      float[] inverse,
      float[] gamma,
      float[] beta,
      int n) {
    for (int j = 0; j < n; j++) {
      float normalised = (z[from + j] - mean[j]) * inverse[j];
      z[from + j] = normalised;
      output[from + j] = gamma[j] * normalised + beta[j];
    }
  }

  private static void addGradients(
      float[] gradient, float[] x, float[] sum, float[] products, int rows, int n) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int a = row * n;
      int b = a + n;
      int c = b + n;
      int d = c + n;
      for (int j = 0; j < n; j++) {
        float p = gradient[a + j];
        float q = gradient[b + j];
        float r = gradient[c + j];
        float s = gradient[d + j];
        sum[j] += (p + q) + (r + s);
        products[j] += (p * x[a + j] + q * x[b + j]) + (r * x[c + j] + s * x[d + j]);
      }
    }
    for (; row < rows; row++) {
      int a = row * n;
      for (int j = 0; j < n; j++) {
        sum[j] += gradient[a + j];
        products[j] += gradient[a + j] * x[a + j];
      }
    }
  }

  private static void propagate(
      float[] gradient, int from, float[] x, float[] scale, float[] sum, float[] products, int n) {
    for (int j = 0; j < n; j++) {
      gradient[from + j] = scale[j] * gradient[from + j] - sum[j] - x[from + j] * products[j];
    }
  }
}
