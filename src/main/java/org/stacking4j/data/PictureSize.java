package org.stacking4j.data;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The size of pictures that are learned from. Immutable.
 *
 * @param width in pixels
 * @param height in pixels
 */
public record PictureSize(int width, int height) {
  /** The longest side: a network that sees every pixel of a larger picture learns little. */
  public static final int LONGEST = 256;

  private static final Pattern TEXT = Pattern.compile("(\\d{1,4})x(\\d{1,4})");

  /**
   * Checks the sides.
   *
   * @param width in pixels, 1 to {@value #LONGEST}
   * @param height in pixels, 1 to {@value #LONGEST}
   * @throws IllegalArgumentException if a side is not of 1 to {@value #LONGEST} pixels
   */
  public PictureSize {
    if (width < 1 || width > LONGEST || height < 1 || height > LONGEST) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "pictures must be resized to 1 to %d pixels a side, found %dx%d",
              LONGEST,
              width,
              height));
    }
  }

  /**
   * Reads {@code 28x28}, width and height.
   *
   * @param text width and height in pixels, such as {@code 28x28}
   * @return the size that the text says
   * @throws IllegalArgumentException if the text is no size
   */
  public static PictureSize parse(String text) {
    Matcher sides = TEXT.matcher(text);
    if (!sides.matches()) {
      throw new IllegalArgumentException(
          "a picture's size must be WIDTHxHEIGHT, such as 28x28, found '" + text + "'");
    }
    return new PictureSize(Integer.parseInt(sides.group(1)), Integer.parseInt(sides.group(2)));
  }
}
