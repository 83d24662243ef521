package org.stacking4j.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.evaluate.Flip;

/**
 * Rows that a stack mended, and rows that it broke: it has them right and the average wrong, or the
 * other way round. Of each kind the ones of whose answer the stack is surest.
 */
final class Examples {
  private static final int MOST = 24;
  private static final int WIDEST = 64; // of the pictures that are kept, in pixels

  private Examples() {}

  /**
   * Describes the rows.
   *
   * @param average the name of what the stack is compared with
   * @param flips of the stack, the first, and that average
   * @param test the rows
   * @param pictures whether their columns are pixels
   */
  static void describe(
      String average, List<Flip> flips, LabeledData test, boolean pictures, ObjectNode into) {
    into.put("average", average);
    int width = pictures ? width(test.columns()) : 0;
    describe(flips.stream().filter(Flip::firstIsRight).toList(), test, width, into, "mended");
    describe(
        flips.stream().filter(flip -> !flip.firstIsRight()).toList(), test, width, into, "broken");
  }

  private static void describe(
      List<Flip> flips, LabeledData test, int width, ObjectNode into, String kind) {
    ArrayNode lines = into.putArray(kind);
    flips.stream()
        .sorted(
            Comparator.comparingDouble((Flip flip) -> -flip.firstConfidence())
                .thenComparingInt(Flip::row))
        .limit(MOST)
        .forEach(
            flip -> {
              ObjectNode line = lines.addObject();
              line.put("row", test.rowId(flip.row()));
              line.put("right", test.classNames().get(flip.label()));
              line.put("stack", test.classNames().get(flip.first()));
              line.put("stack_probability", flip.firstConfidence());
              line.put("average", test.classNames().get(flip.second()));
              line.put("average_probability", flip.secondConfidence());
              if (width > 0) {
                line.put("png", png(test, flip.row(), width));
              }
            });
  }

  /** Of a square picture with so many pixels; 0 if it is not one, or too large. */
  private static int width(int pixels) {
    int width = (int) Math.round(Math.sqrt(pixels));
    return width * width == pixels && width <= WIDEST ? width : 0;
  }

  /** The row as a grey picture, −1 black and 1 white, in Base64. */
  private static String png(LabeledData test, int row, int width) {
    INDArray features = test.features(row, row + 1);
    float[] pixels = features.data().asFloat();
    features.close();
    var picture = new BufferedImage(width, width, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      int grey = Math.round(255 * Math.min(1, Math.max(0, (pixels[i] + 1) / 2)));
      picture.getRaster().setSample(i % width, i / width, 0, grey);
    }
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
