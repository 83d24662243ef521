package org.stacking4j.fused;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A dense layer that comes first, before its activation, on features that are mostly {@link
 * Background}: {@code z = (x − background) · W + (background · W + b)}, where the left product is
 * made only of what is not zero. Its gradient likewise. Columns that are not mostly background are
 * multiplied as they are, by BLAS.
 *
 * <p>Each row of {@code z}, and of the gradient, is added up by itself and in the same order
 * whoever does it, so work may be cut anywhere.
 */
final class SparseInputStage extends Stage {
  private static final long WORTH_PARTS = 1 << 22; // multiplications, if all values differed

  private final Parameters parameters;
  private final InputWeights weights;
  private final int biasOffset;
  private final int inputs; // sparse ones
  private final int dense;
  private final int units;

  private final SparseFeatures features;
  private final float[] background;
  private final char[] everyInput;

  // What differs from it in the batch, column by column.
  private final int[] columnStart;
  private final int[] columnEnd;
  private char[] rowOfColumn = new char[0];
  private float[] differenceOfColumn = new float[0];

  private final float[] constant;
  private final float[] output;
  private final float[][] sums; // one for each part of the work
  private final float[][] gradient;
  private final float[] gradientSum;
  private final NativeFloats z; // of the dense columns; their gradient on the way back
  private final Product forward;
  private final Product toWeights;
  private final Crew.Work prepare = this::prepare;
  private final Crew.Work multiply = this::multiply;
  private final Crew.Work multiplyBack = this::multiplyBack;
  private int rows;
  private int parts;
  private int products;

  /**
   * @param features that have the rows of the batch
   * @param biasOffset where the biases are among the parameters, −1 for none
   */
  SparseInputStage(
      Parameters parameters,
      InputWeights weights,
      SparseFeatures features,
      int biasOffset,
      int maxRows) {
    this.parameters = parameters;
    this.weights = weights;
    this.features = features;
    this.biasOffset = biasOffset;
    background = features.background();
    inputs = background.length;
    dense = features.dense();
    everyInput = new char[inputs];
    for (int i = 0; i < inputs; i++) {
      everyInput[i] = (char) i;
    }
    units = weights.units;
    columnStart = new int[inputs];
    columnEnd = new int[inputs];
    constant = new float[units];
    output = new float[Math.multiplyExact(maxRows, units)];
    sums = new float[Crew.MOST][units];
    gradient = new float[maxRows][units];
    gradientSum = new float[units];
    z = new NativeFloats(dense == 0 ? 0 : Math.multiplyExact(maxRows, units));
    FloatPointer x = features.denseBatch();
    FloatPointer zAt = z.at(0);
    FloatPointer weightsAt = parameters.weights.at(weights.length());
    FloatPointer gradientAt = parameters.gradient.at(weights.length());
    forward = new Product(Blas::times, x, weightsAt, 1, zAt, units);
    toWeights = new Product(Blas::transposedTimes, x, zAt, 1, gradientAt, units);
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    this.rows = rows;
    parts = (long) rows * inputs * units < WORTH_PARTS ? 1 : Crew.MOST;
    addConstant();
    products = dense == 0 ? 0 : forward.prepare(rows, dense, 1);
    parameters.crew.run(products + 1, prepare);
    parameters.crew.run(parts, multiply);
    return output;
  }

  private void prepare(int part) {
    if (part < products) {
      forward.part(part);
    } else {
      sortByColumn();
    }
  }

  /** Where a part begins. */
  private int start(int part, int all) {
    return (int) ((long) all * part / parts);
  }

  /** What the layer answers to the background. */
  private void addConstant() {
    if (biasOffset >= 0) {
      System.arraycopy(parameters.values, biasOffset, constant, 0, units);
    } else {
      Arrays.fill(constant, 0);
    }
    addProducts(constant, everyInput, background, 0, inputs, weights.values);
  }

  private void multiply(int part) {
    float[] sum = sums[part];
    for (int row = start(part, rows); row < start(part + 1, rows); row++) {
      if (dense == 0) {
        System.arraycopy(constant, 0, sum, 0, units);
      } else {
        z.get(row * units, sum);
        add(sum, 1, constant);
      }
      addProducts(
          sum,
          features.column,
          features.difference,
          features.from[row],
          features.to[row],
          weights.values);
      System.arraycopy(sum, 0, output, row * units, units);
    }
  }

  private void sortByColumn() {
    Arrays.fill(columnEnd, 0);
    for (int row = 0; row < rows; row++) {
      for (int i = features.from[row]; i < features.to[row]; i++) {
        columnEnd[features.column[i]]++;
      }
    }
    int place = 0;
    for (int input = 0; input < inputs; input++) {
      int count = columnEnd[input];
      columnStart[input] = place;
      columnEnd[input] = place;
      place += count;
    }
    if (place > rowOfColumn.length) {
      rowOfColumn = new char[features.column.length];
      differenceOfColumn = new float[features.column.length];
    }
    for (int row = 0; row < rows; row++) {
      for (int i = features.from[row]; i < features.to[row]; i++) {
        int at = columnEnd[features.column[i]]++;
        rowOfColumn[at] = (char) row;
        differenceOfColumn[at] = features.difference[i];
      }
    }
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    Arrays.fill(gradientSum, 0);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(gradient, row * units, this.gradient[row], 0, units);
      add(gradientSum, 1, this.gradient[row]);
    }
    if (biasOffset >= 0) {
      parameters.gradient.put(biasOffset, gradientSum);
    }
    if (dense > 0) {
      z.write(gradient, rows * units);
      products = toWeights.prepare(dense, rows, 1);
    }
    parameters.crew.run(products + parts, multiplyBack);
    return gradient;
  }

  private void multiplyBack(int part) {
    if (part < products) {
      toWeights.part(part);
      return;
    }
    int own = part - products;
    for (int input = start(own, inputs); input < start(own + 1, inputs); input++) {
      float[] sum = weights.gradient[input];
      set(sum, background[input], gradientSum);
      addProducts(
          sum, rowOfColumn, differenceOfColumn, columnStart[input], columnEnd[input], gradient);
    }
  }

  @Override
  public void close() {
    z.close();
  }

  /** Adds to a sum, for some places, each factor times the row it belongs to. */
  private static void addProducts(
      float[] sum, char[] row, float[] factor, int from, int to, float[][] x) {
    int i = from;
    for (; i + 4 <= to; i += 4) {
      add(
          sum,
          factor[i],
          x[row[i]],
          factor[i + 1],
          x[row[i + 1]],
          factor[i + 2],
          x[row[i + 2]],
          factor[i + 3],
          x[row[i + 3]]);
    }
    for (; i < to; i++) {
      add(sum, factor[i], x[row[i]]);
    }
  }

  /* Four at a time, because the sum is read and written again for each; of more, the compiler
   * makes no vector instructions. */
  private static void add(
      float[] sum, float a, float[] x, float b, float[] y, float c, float[] u, float d, float[] v) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] = sum[i] + a * x[i] + b * y[i] + c * u[i] + d * v[i];
    }
  }

  private static void add(float[] sum, float factor, float[] x) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * x[i];
    }
  }

  private static void set(float[] target, float factor, float[] x) {
    for (int i = 0; i < target.length; i++) {
      target[i] = factor * x[i];
    }
  }
}
