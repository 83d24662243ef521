package org.stacking4j.fused;

/**
 * A first layer's weights and their gradient, {@code [inputs, units]}, for features that are mostly
 * background. They are the first of a network's parameters, and have an array for each input, since
 * compilers make vector instructions only of loops that read and write all arrays at the same
 * index.
 */
final class InputWeights {
  final int inputs;
  final int units;
  final float[][] values;
  final float[][] gradient;
  private final float[] sums;

  InputWeights(int inputs, int units) {
    this.inputs = inputs;
    this.units = units;
    values = new float[inputs][units];
    gradient = new float[inputs][units];
    sums = new float[units];
  }

  /** How many they are. */
  int length() {
    return inputs * units;
  }

  /** Numbers for all parameters with these input by input, from DL4J's order, unit by unit. */
  float[] byInput(float[] byUnit) {
    return turned(byUnit, units, inputs);
  }

  /** The way back. */
  float[] byUnit(float[] byInput) {
    return turned(byInput, inputs, units);
  }

  private static float[] turned(float[] numbers, int rows, int columns) {
    float[] turned = numbers.clone();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        turned[column * rows + row] = numbers[row * columns + column];
      }
    }
    return turned;
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
    for (int input = 0; input < inputs; input++) {
      addSquares(gradient[input], sums);
      if (input % 16 == 15 || input == inputs - 1) {
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
