package org.stacking4j.fused;

/**
 * Inverted dropout (Srivastava et al. 2014): each value is kept with a probability and then scaled
 * up by it, or becomes zero.
 *
 * <p>The numbers are SplitMix64's (Steele, Lea, Flood 2014), 16 bits for each value, and depend on
 * the seed, the layer and the iteration only.
 */
final class DropoutStage extends Stage {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final int LEVELS = 1 << 16;

  private final int width;
  private final long seed;
  private final int threshold;
  private final float[] dropOrKeep;
  private final float[] mask;
  private final float[] output;

  /**
   * @param keep the probability of keeping a value, as DL4J counts it; rounded to 1/65536
   */
  DropoutStage(int width, double keep, long seed, int maxRows) {
    this.width = width;
    this.seed = seed;
    this.threshold = Math.max(1, (int) Math.round(keep * LEVELS));
    this.dropOrKeep = new float[] {0, (float) LEVELS / threshold};
    mask = new float[maxRows * width + 3]; // filled four at a time
    output = new float[maxRows * width];
  }

  @Override
  public float[] forward(float[] input, int rows, int iteration) {
    fill(mask, mix(seed + GOLDEN * iteration), threshold, dropOrKeep, rows * width);
    multiply(input, mask, output, rows * width);
    return output;
  }

  @Override
  float[] backward(float[] gradient, int rows) {
    multiply(gradient, mask, gradient, rows * width);
    return gradient;
  }

  // A table and not a condition: the processor cannot guess which way a random number goes.
  private static void fill(
      float[] mask, long state, int threshold, float[] dropOrKeep, int length) {
    for (int i = 0; i < length; i += 4) {
      state += GOLDEN;
      long bits = mix(state);
      mask[i] = dropOrKeep[isLess((int) (bits & 0xffff), threshold)];
      mask[i + 1] = dropOrKeep[isLess((int) (bits >>> 16 & 0xffff), threshold)];
      mask[i + 2] = dropOrKeep[isLess((int) (bits >>> 32 & 0xffff), threshold)];
      mask[i + 3] = dropOrKeep[isLess((int) (bits >>> 48), threshold)];
    }
  }

  private static int isLess(int a, int b) {
    return (a - b) >>> 31;
  }

  private static void multiply(float[] a, float[] b, float[] product, int length) {
    for (int i = 0; i < length; i++) {
      product[i] = a[i] * b[i];
    }
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
