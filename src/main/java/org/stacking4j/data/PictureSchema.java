package org.stacking4j.data;

import java.util.Locale;

/**
 * How a picture becomes features: one for each pixel, row by row, and in colour all of red, then
 * all of green, then all of blue, as DL4J's convolutions want them. A value x, 0 to 255, becomes (x
 * / 255 - 0.5) / 0.5, which lies in [-1, 1]. Immutable.
 *
 * @param width in pixels
 * @param height in pixels
 * @param channels 1 for grey, 3 for red, green and blue
 */
public record PictureSchema(int width, int height, int channels) implements FeatureSchema {
  /**
   * Checks the shape.
   *
   * @param width in pixels, 1 or more
   * @param height in pixels, 1 or more
   * @param channels 1 or 3
   * @throws IllegalArgumentException if a picture has no pixel or too many, or other channels
   */
  public PictureSchema {
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "pictures must be 1 x 1 pixel or larger with 1 or 3 channels, found %d x %d with %d",
              width,
              height,
              channels));
    }
    if ((long) width * height > Integer.MAX_VALUE / channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "pictures of %d x %d pixels have too many features", width, height));
    }
  }

  /** {@return how many features a picture has} */
  public int features() {
    return width * height * channels;
  }

  /** In words: {@code 28 x 28 pixels, grey}, the width first. */
  @Override
  public String toString() {
    return width + " x " + height + " pixels, " + (channels == 1 ? "grey" : "in colour");
  }
}
