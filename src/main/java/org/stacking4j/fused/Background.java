package org.stacking4j.fused;

import java.util.stream.IntStream;

/**
 * The value that each column of the features has most of the time: the paper that digits are
 * written on, the 0 of a column that tells one category from the others. Where a column is nearly
 * always the background, a first layer's products take a fraction of the time if they are made of
 * what differs from it. Other values than the most frequent would be as right, and slower.
 */
final class Background {
  /*
   * A product of what differs costs some three times as much for each value as BLAS takes for one
   * of all values, and the weights come from the cache again for every row: measured with 784
   * inputs, 256 and 1 024 units.
   */
  private static final int PRICE = 3;

  /** How much of BLAS's time for all values it may take; it brings copying with it. */
  static final double MOST_TIME = 0.75;

  private static final int FEWEST_UNITS = 32;
  private static final int MOST_WEIGHTS = 1 << 20;

  private final float[] values;
  private final double[] others; // how much of each column is something else, 0 to 1

  private Background(float[] values, double[] others) {
    this.values = values;
    this.others = others;
  }

  /**
   * Looks at some rows.
   *
   * @param sample {@code [rows, columns]}, row by row; some hundred rows are enough
   * @param columns 1 or more
   * @throws IllegalArgumentException if there is no row, or part of one
   */
  public static Background of(float[] sample, int columns) {
    if (sample.length == 0 || sample.length % columns != 0) {
      throw new IllegalArgumentException(
          "expected rows of " + columns + " columns, found " + sample.length + " values");
    }
    float[] values = new float[columns];
    double[] others = new double[columns];
    int rows = sample.length / columns;
    for (int column = 0; column < columns; column++) {
      values[column] = majority(sample, column, columns);
      int found = 0;
      for (int i = column; i < sample.length; i += columns) {
        found += sample[i] == values[column] ? 0 : 1;
      }
      others[column] = found / (double) rows;
    }
    return new Background(values, others);
  }

  /** The value that more than half of the rows have, if there is one (Boyer, Moore 1981). */
  private static float majority(float[] sample, int column, int columns) {
    float candidate = 0;
    int lead = 0;
    for (int i = column; i < sample.length; i += columns) {
      if (lead == 0) {
        candidate = sample[i];
      }
      lead += sample[i] == candidate ? 1 : -1;
    }
    return candidate;
  }

  /** Whether a first layer of that size may be faster with one. */
  static boolean mayHelp(int columns, int units) {
    return units >= FEWEST_UNITS && (long) columns * units <= MOST_WEIGHTS;
  }

  /** Whether such a layer is faster with this one. */
  boolean helps() {
    double time = 0;
    for (double own : others) {
      time += Math.min(1, PRICE * own);
    }
    return time <= MOST_TIME * others.length;
  }

  /** The columns for which it is worth while, in their order. */
  int[] sparse() {
    return IntStream.range(0, others.length).filter(this::isSparse).toArray();
  }

  /** The other columns. */
  int[] dense() {
    return IntStream.range(0, others.length).filter(column -> !isSparse(column)).toArray();
  }

  private boolean isSparse(int column) {
    return PRICE * others[column] < 1;
  }

  /** How many values of a row differ in the sparse columns, on average. */
  double othersOfSparse() {
    return IntStream.of(sparse()).mapToDouble(column -> others[column]).sum();
  }

  /** What a column has most of the time. */
  float value(int column) {
    return values[column];
  }
}
