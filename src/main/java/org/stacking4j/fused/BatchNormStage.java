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

  private final Pass subtractOrigin =
      new Pass(true, false, false) {
        @Override
        void row(float[] x, float[] y) {
          float[] from = origin;
          for (int j = 0; j < x.length; j++) {
            x[j] -= from[j];
          }
        }
      };

  private final Pass addUp =
      new Pass(false, false, false) {
        @Override
        void row(float[] x, float[] y) {
          float[] total = sum;
          for (int j = 0; j < x.length; j++) {
            total[j] += x[j];
          }
        }
      };

  private final Pass addSquaredDistances =
      new Pass(false, false, false) {
        @Override
        void row(float[] x, float[] y) {
          float[] centre = mean;
          float[] total = sum;
          for (int j = 0; j < x.length; j++) {
            float distance = x[j] - centre[j];
            total[j] += distance * distance;
          }
        }
      };

  private final Pass normalise =
      new Pass(true, false, true) {
        @Override
        void row(float[] x, float[] y) {
          float[] centre = mean;
          float[] factor = inverse;
          float[] scale = gamma;
          float[] shift = beta;
          for (int j = 0; j < x.length; j++) {
            float own = (x[j] - centre[j]) * factor[j];
            x[j] = own;
            y[j] = scale[j] * own + shift[j];
          }
        }
      };

  private final Pass addProducts =
      new Pass(false, true, false) {
        @Override
        void row(float[] x, float[] y) {
          float[] total = sum;
          float[] products = sumOfProducts;
          for (int j = 0; j < x.length; j++) {
            total[j] += x[j];
            products[j] += x[j] * y[j];
          }
        }
      };

  private final Pass propagate =
      new Pass(true, true, false) {
        @Override
        void row(float[] x, float[] y) {
          float[] scale = gamma;
          float[] shift = sum;
          float[] factor = sumOfProducts;
          for (int j = 0; j < x.length; j++) {
            x[j] = scale[j] * x[j] - shift[j] - y[j] * factor[j];
          }
        }
      };

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
      run(subtractOrigin, input, output, rows);
    }
    Arrays.fill(sum, 0);
    run(addUp, input, output, rows);
    findMean(rows);
    Arrays.fill(sum, 0);
    run(addSquaredDistances, input, output, rows);
    findVariance(rows);
    normalised = input;
    run(normalise, normalised, output, rows);
    return output;
  }

  private void findMean(int rows) {
    for (int j = 0; j < units; j++) {
      mean[j] = sum[j] / rows;
    }
  }

  private void findVariance(int rows) {
    for (int j = 0; j < units; j++) {
      float variance = sum[j] / rows;
      inverse[j] = (float) (1 / Math.sqrt(variance + (float) eps));
      runningMean[j] = decay * runningMean[j] + (1 - decay) * ((double) origin[j] + mean[j]);
      runningVariance[j] = decay * runningVariance[j] + (1 - decay) * variance;
    }
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    Arrays.fill(sum, 0);
    Arrays.fill(sumOfProducts, 0);
    run(addProducts, gradient, normalised, rows);
    parameters.gradient.put(gammaOffset, sumOfProducts);
    parameters.gradient.put(betaOffset, sum);
    findFactors(rows);
    run(propagate, gradient, normalised, rows);
    return gradient;
  }

  /* dx = gamma / (rows · std) · (rows · dy − Σ dy − xhat · Σ dy·xhat) */
  private void findFactors(int rows) {
    for (int j = 0; j < units; j++) {
      float scale = gamma[j] * inverse[j];
      gamma[j] = scale;
      sum[j] *= scale / rows;
      sumOfProducts[j] *= scale / rows;
    }
  }

  /** Does something with each row of an array, and with the same one of another. */
  private void run(Pass pass, float[] all, float[] others, int rows) {
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(all, from, row, 0, units);
      if (pass.readsOther) {
        System.arraycopy(others, from, otherRow, 0, units);
      }
      pass.row(row, otherRow);
      if (pass.changes) {
        System.arraycopy(row, 0, all, from, units);
      }
      if (pass.writesOther) {
        System.arraycopy(otherRow, 0, others, from, units);
      }
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

  /**
   * What is done with a row. Each is a class of its own: a call that may mean any of them is not
   * replaced by what it calls, so the compiler, which takes longer for these loops than they run in
   * a hundred steps, makes each only once.
   */
  private abstract static class Pass {
    final boolean changes;
    final boolean readsOther;
    final boolean writesOther;

    /**
     * @param changes whether the row is written back
     */
    Pass(boolean changes, boolean readsOther, boolean writesOther) {
      this.changes = changes;
      this.readsOther = readsOther;
      this.writesOther = writesOther;
    }

    abstract void row(float[] x, float[] y);
  }
}
