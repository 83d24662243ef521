package org.stacking4j.data;

import java.util.Locale;

/** Whether pictures are learned from in grey or in colour. */
public enum PictureColour {
  /** In colour if one of them has any. */
  AUTO,
  /** In grey, by their luminance. */
  GREY,
  /** In red, green and blue. */
  COLOUR;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
