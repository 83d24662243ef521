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
import java.util.Optional;
import javax.imageio.ImageIO;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.evaluate.Flip;

/**
 * Rows that a stack mended, and rows that it broke: it has them right and the average wrong, or the
 * other way round. Of each kind the ones of whose answer the stack is surest.
 */
final class Examples {
  private static final int MOST = 24;
  private static final int WIDEST = 64; // side of the pictures that are kept, in pixels

  private Examples() {}

  /**
   * Describes the rows.
   *
   * @param average the name of what the stack is compared with
   * @param flips of the stack, the first, and that average
   * @param test the rows
   * @param files the rows' files by row id; empty where they are not pictures in files
   */
  static void describe(
      String average, List<Flip> flips, LabeledData test, List<String> files, ObjectNode into) {
    into.put("average", average);
    describe(flips.stream().filter(Flip::firstIsRight).toList(), test, files, into, "mended");
    describe(
        flips.stream().filter(flip -> !flip.firstIsRight()).toList(), test, files, into, "broken");
  }

  private static void describe(
      List<Flip> flips, LabeledData test, List<String> files, ObjectNode into, String kind) {
    Optional<PictureSchema> small =
        test.pictureSchema()
            .filter(picture -> Math.max(picture.width(), picture.height()) <= WIDEST);
    ArrayNode lines = into.putArray(kind);
    flips.stream()
        .sorted(
            Comparator.comparingDouble((Flip flip) -> -flip.firstConfidence())
                .thenComparingInt(Flip::row))
        .limit(MOST)
        .forEach(
            flip -> {
              ObjectNode line = lines.addObject();
              long id = test.rowId(flip.row());
              line.put("row", id);
              if (id < files.size()) {
                line.put("file", files.get((int) id));
              }
              line.put("right", test.classNames().get(flip.label()));
              line.put("stack", test.classNames().get(flip.first()));
              line.put("stack_probability", flip.firstConfidence());
              line.put("average", test.classNames().get(flip.second()));
              line.put("average_probability", flip.secondConfidence());
              small.ifPresent(picture -> line.put("png", png(test, flip.row(), picture)));
            });
  }

  /** The row as a picture, −1 black and 1 white, in Base64. */
  private static String png(LabeledData test, int row, PictureSchema schema) {
    INDArray features = test.features(row, row + 1);
    float[] pixels = features.data().asFloat();
    features.close();
    int width = schema.width();
    int area = width * schema.height();
    int type = schema.channels() == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    var picture = new BufferedImage(width, schema.height(), type);
    for (int i = 0; i < pixels.length; i++) {
      int value = Math.round(255 * Math.min(1, Math.max(0, (pixels[i] + 1) / 2)));
      int pixel = i % area;
      picture.getRaster().setSample(pixel % width, pixel / width, i / area, value);
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
