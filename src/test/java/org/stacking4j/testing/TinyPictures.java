package org.stacking4j.testing;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Small pictures in files. */
public final class TinyPictures {
  private TinyPictures() {}

  /** A grey PNG of such a width, row by row; the folders above it are made. */
  public static Path grey(Path file, int width, int... pixels) throws IOException {
    var picture = new BufferedImage(width, pixels.length / width, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      picture.getRaster().setSample(i % width, i / width, 0, pixels[i]);
    }
    return write(picture, file);
  }

  /** A picture in colour, each pixel {@code 0xRRGGBB}; the name's ending says of which kind. */
  public static Path colour(Path file, int width, int... pixels) throws IOException {
    var picture = new BufferedImage(width, pixels.length / width, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, width, pixels.length / width, pixels, 0, width);
    return write(picture, file);
  }

  /** Writes any picture; the name's ending says of which kind. */
  public static Path write(BufferedImage picture, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.getFileName().toString();
    if (!ImageIO.write(picture, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException("nobody writes " + file);
    }
    return file;
  }

  /**
   * A folder for each class, of so many pictures each of 6 × 4 pixels: red ones and blue ones,
   * which any network tells apart.
   */
  public static Path redAndBlue(Path folder, int ofEach) throws IOException {
    var random = new SplittableRandom(ofEach);
    for (String kind : new String[] {"red", "blue"}) {
      for (int i = 0; i < ofEach; i++) {
        int[] pixels = new int[24];
        for (int p = 0; p < pixels.length; p++) {
          int bright = 120 + random.nextInt(130);
          int dark = random.nextInt(110);
          int green = random.nextInt(256) << 8;
          pixels[p] =
              kind.equals("red") ? bright << 16 | green | dark : dark << 16 | green | bright;
        }
        colour(folder.resolve(kind).resolve(String.format(Locale.ROOT, "%03d.png", i)), 6, pixels);
      }
    }
    return folder;
  }
}
