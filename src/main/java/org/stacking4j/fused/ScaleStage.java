package org.stacking4j.fused;

/**
 * Moves each column by a number, multiplies it by a second and adds a third: batch normalisation in
 * a fitted network.
 */
final class ScaleStage implements ForwardStage {
  private final float[] origin;
  private final float[] scale;
  private final float[] shift;
  private final float[] row;
  private final float[] output;

  ScaleStage(float[] origin, float[] scale, float[] shift, int maxRows) {
    this.origin = origin;
    this.scale = scale;
    this.shift = shift;
    row = new float[scale.length];
    output = new float[maxRows * scale.length];
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    int units = scale.length;
    for (int from = 0; from < rows * units; from += units) {
      System.arraycopy(input, from, row, 0, units);
      apply(row, origin, scale, shift, units);
      System.arraycopy(row, 0, output, from, units);
    }
    return output;
  }

  private static void apply(float[] x, float[] origin, float[] scale, float[] shift, int n) {
    for (int j = 0; j < n; j++) {
      x[j] = scale[j] * (x[j] - origin[j]) + shift[j];
    }
  }
}
