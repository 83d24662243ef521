package org.stacking4j.fused;

/**
 * A first layer's weights, input by input, for features that are mostly background. They are the
 * first of a network's parameters; those of the {@link SparseFeatures#sparse} columns come first
 * and have, as their gradient has, an array for each input, since compilers make vector
 * instructions only of loops that read and write all arrays at the same index.
 */
final class InputWeights {
  final int units;
  final float[][] values;
  final float[][] gradient;
  private final int[] order;
  private final float[] sums;

  /**
   * @param order the columns of the features in the order of the inputs here
   * @param sparse how many of them have arrays of their own, the first ones
   */
  InputWeights(int[] order, int sparse, int units) {
    this.order = order;
    this.units = units;
    values = new float[sparse][units];
    gradient = new float[sparse][units];
    sums = new float[units];
  }

  /** How many of the parameters have arrays of their own. */
  int length() {
    return values.length * units;
  }

  /** Numbers for all parameters with these input by input, from DL4J's order, unit by unit. */
  float[] byInput(float[] byUnit) {
    return moved(byUnit, true);
  }

  /** The way back. */
  float[] byUnit(float[] byInput) {
    return moved(byInput, false);
  }

  private float[] moved(float[] numbers, boolean toOwn) {
    float[] moved = numbers.clone();
    for (int input = 0; input < order.length; input++) {
      for (int unit = 0; unit < units; unit++) {
        int own = input * units + unit;
        int dl4j = unit * order.length + order[input];
        moved[toOwn ? own : dl4j] = numbers[toOwn ? dl4j : own];
      }
    }
    return moved;
  }

  /** Copies some of the weights, from an array of all parameters. */
  void put(float[] parameters, int start, int end) {
    copy(values, parameters, start, end, true);
  }

  /** Copies some of the gradient, to an array of all parameters. */
  void getGradient(float[] parameters, int start, int end) {
    copy(gradient, parameters, start, end, false);
  }

  private void copy(float[][] own, float[] parameters, int start, int end, boolean toOwn) {
    int place = start;
    while (place < end) {
      int input = place / units;
      int unit = place % units;
      int length = Math.min(units - unit, end - place);
      if (toOwn) {
        System.arraycopy(parameters, place, own[input], unit, length);
      } else {
        System.arraycopy(own[input], unit, parameters, place, length);
      }
      place += length;
    }
  }

  /** The gradient's squares added up; float32 within some rows, double precision across them. */
  double gradientSquares() {
    double squares = 0;
    for (int input = 0; input < gradient.length; input++) {
      addSquares(gradient[input], sums);
      if (input % 16 == 15 || input == gradient.length - 1) {
        for (int unit = 0; unit < units; unit++) {
          squares += sums[unit];
          sums[unit] = 0;
        }
      }
    }
    return squares;
  }

  private static void addSquares(float[] x, float[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += x[i] * x[i];
    }
  }
}
