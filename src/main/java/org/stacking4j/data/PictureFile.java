package org.stacking4j.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One picture in a file. It is resized by area: a pixel of the result is the mean of what it
 * covers, weighted by how much of it; of a picture that has the right size already not a bit
 * changes. Transparent pixels are laid over white. In grey, colours become their luminance (ITU-R
 * BT.601).
 */
final class PictureFile {
  /** A picture of more pixels is taken for one that was made to fill the memory. */
  static final int MOST_PIXELS = 100_000_000;

  private static final int LONGEST = 65_535; // no JPEG or GIF can have a longer side

  /**
   * Of a picture with more pixels only every second, third … in each direction is kept: it becomes
   * far smaller anyway, and each processor has one in memory.
   */
  private static final int MOST_DECODED = 1 << 22;

  private static final String CUT_OFF = "premature end"; // in the words of Java's JPEG library

  private static final List<String> FORMATS = List.of("png", "jpeg", "gif", "bmp");

  private PictureFile() {}

  /** Uses a reader whose picture is not too large. */
  private interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  /** Its sides in pixels, in this order: width, height; only the header is read. */
  static int[] sides(Path file) throws IOException {
    return with(file, reader -> new int[] {reader.getWidth(0), reader.getHeight(0)});
  }

  /** Whether all its pixels are grey. */
  static boolean isGrey(Path file) throws IOException {
    return with(
        file,
        reader -> {
          @Nullable ImageTypeSpecifier type = reader.getRawImageType(0);
          if (type != null && isGrey(type.getColorModel())) {
            return true;
          }
          Pixels pixels = new Pixels(decoded(reader));
          double[] row = new double[3 * pixels.width];
          for (int y = 0; y < pixels.height; y++) {
            pixels.read(y, row);
            for (int i = 0; i < row.length; i += 3) {
              if (row[i] != row[i + 1] || row[i] != row[i + 2]) {
                return false;
              }
            }
          }
          return true;
        });
  }

  /** Reads pictures side by side into rows of an array; of several that fail, the first is told. */
  static void read(List<Path> files, PictureSchema schema, float[] target) throws IOException {
    @Nullable IOException[] failures = new @Nullable IOException[files.size()];
    IntStream.range(0, files.size())
        .parallel()
        .forEach(
            i -> {
              try {
                read(files.get(i), schema, target, i * schema.features());
              } catch (IOException e) {
                failures[i] = e;
              }
            });
    for (@Nullable IOException failure : failures) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static void read(Path file, PictureSchema schema, float[] target, int at)
      throws IOException {
    double[] values = with(file, reader -> resized(new Pixels(decoded(reader)), schema));
    int area = schema.width() * schema.height();
    for (int pixel = 0; pixel < area; pixel++) {
      for (int channel = 0; channel < schema.channels(); channel++) {
        target[at + channel * area + pixel] =
            Idx.scaled((float) values[pixel * schema.channels() + channel]);
      }
    }
  }

  private static <T> T with(Path file, Use<T> use) throws IOException {
    try (FileImageInputStream in = new FileImageInputStream(file.toFile())) {
      ImageReader reader = reader(in, file);
      try {
        // Not what is written about the picture: it may be packed, and of any size.
        reader.setInput(in, true, true);
        checkSize(file, reader.getWidth(0), reader.getHeight(0));
        return use.of(reader);
      } catch (TooLarge e) {
        throw e;
      } catch (IOException | RuntimeException e) { // readers throw either when a file is damaged
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s begins like a %s picture, but is damaged or of a kind that Java does not read:"
                    + " save it anew, or take it away",
                file,
                reader.getFormatName().toUpperCase(Locale.ROOT)),
            e);
      } finally {
        reader.dispose();
      }
    }
  }

  private static ImageReader reader(FileImageInputStream in, Path file) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new IOException(
        file + " is no picture in PNG, JPEG, GIF or BMP: convert it, or take it away");
  }

  private static void checkSize(Path file, int width, int height) throws TooLarge {
    if (width < 1 || height < 1 || Math.max(width, height) > LONGEST) {
      throw new TooLarge(
          String.format(
              Locale.ROOT,
              "%s has %d x %d pixels, expected 1 to %d a side: make it smaller, or take it away",
              file,
              width,
              height,
              LONGEST));
    }
    if ((long) width * height > MOST_PIXELS) {
      throw new TooLarge(
          String.format(
              Locale.ROOT,
              "%s has %d x %d pixels, expected at most %d million: make it smaller, or take it away",
              file,
              width,
              height,
              MOST_PIXELS / 1_000_000));
    }
  }

  /** Is not to be taken for a damaged file. */
  private static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1;

    TooLarge(String message) {
      super(message);
    }
  }

  private static BufferedImage decoded(ImageReader reader) throws IOException {
    double pixels = (double) reader.getWidth(0) * reader.getHeight(0);
    int step = (int) Math.ceil(Math.sqrt(pixels / MOST_DECODED));
    ImageReadParam how = reader.getDefaultReadParam();
    how.setSourceSubsampling(step, step, 0, 0);
    // A JPEG file that is cut off is made whole with grey; only a warning tells.
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage picture = reader.read(0, how);
    if (warnings.stream().anyMatch(warning -> warning.contains(CUT_OFF))) {
      throw new IIOException(CUT_OFF);
    }
    return picture;
  }

  /** The pixels' values, 0 to 255, channel by channel within a pixel. */
  private static double[] resized(Pixels pixels, PictureSchema schema) {
    int channels = schema.channels();
    double[] colours = new double[3 * pixels.width];
    double[] across = new double[schema.width() * channels];
    double[] values = new double[schema.height() * across.length];
    for (int y = 0; y < pixels.height; y++) {
      pixels.read(y, colours);
      double[] row = channels == 1 ? luminance(colours) : colours;
      Arrays.fill(across, 0);
      for (int x = 0; x < pixels.width; x++) {
        spread(x, pixels.width, row, x * channels, channels, across, schema.width());
      }
      spread(y, pixels.height, across, 0, across.length, values, schema.height());
    }
    return values;
  }

  /**
   * Adds the values of one of {@code count} equal parts of a length to those of the {@code into}
   * parts that it overlaps, each in proportion to how much of it is covered.
   */
  private static void spread(
      int part, int count, double[] from, int at, int values, double[] target, int into) {
    long begin = (long) part * into; // in units of which a part of the target has 'count'
    long end = begin + into;
    for (long t = begin / count; t * count < end; t++) {
      double covered =
          (double) (Math.min(end, (t + 1) * count) - Math.max(begin, t * count)) / count;
      int to = (int) t * values;
      for (int i = 0; i < values; i++) {
        target[to + i] += covered * from[at + i];
      }
    }
  }

  private static double[] luminance(double[] colours) {
    double[] grey = new double[colours.length / 3];
    for (int i = 0; i < grey.length; i++) {
      double red = colours[3 * i];
      double green = colours[3 * i + 1];
      double blue = colours[3 * i + 2];
      boolean alreadyGrey = red == green && red == blue; // then it must not be rounded
      grey[i] = alreadyGrey ? red : 0.299 * red + 0.587 * green + 0.114 * blue;
    }
    return grey;
  }

  private static boolean isGrey(ColorModel model) {
    return model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && model instanceof ComponentColorModel;
  }

  /** The colours of a decoded picture, a row at a time. */
  private static final class Pixels {
    private final BufferedImage picture;
    private final int width;
    private final int height;
    private final boolean grey;
    private final boolean samples; // whether its samples are the colours already
    private final double largest; // of its samples
    private final boolean hasAlpha;
    private int[] buffer = {};

    Pixels(BufferedImage picture) {
      this.picture = picture;
      this.width = picture.getWidth();
      this.height = picture.getHeight();
      ColorModel model = picture.getColorModel();
      // Java takes grey for linear and would make it lighter; everybody else does not.
      this.grey = isGrey(model);
      this.samples =
          grey
              || (model instanceof ComponentColorModel
                  && model.getColorSpace().isCS_sRGB()
                  && model.getTransferType() == DataBuffer.TYPE_BYTE);
      this.largest = (1L << model.getComponentSize(0)) - 1;
      this.hasAlpha = model.hasAlpha();
    }

    /** Writes the red, green and blue of a row's pixels over white, 0 to 255. */
    void read(int y, double[] colours) {
      if (!samples) {
        buffer = picture.getRGB(0, y, width, 1, buffer.length == 0 ? null : buffer, 0, width);
        for (int x = 0; x < width; x++) {
          double alpha = (buffer[x] >>> 24) / 255.0;
          for (int c = 0; c < 3; c++) {
            colours[3 * x + c] = overWhite((buffer[x] >> (16 - 8 * c)) & 0xff, alpha);
          }
        }
        return;
      }
      int bands = picture.getRaster().getNumBands();
      buffer =
          picture
              .getRaster()
              .getPixels(0, y, width, 1, buffer.length == 0 ? new int[width * bands] : buffer);
      for (int x = 0; x < width; x++) {
        double alpha = hasAlpha ? buffer[x * bands + bands - 1] / largest : 1;
        for (int c = 0; c < 3; c++) {
          double sample = buffer[x * bands + (grey ? 0 : c)];
          colours[3 * x + c] = overWhite(largest == 255 ? sample : sample * 255 / largest, alpha);
        }
      }
    }

    private static double overWhite(double colour, double alpha) {
      return alpha == 1 ? colour : 255 + alpha * (colour - 255);
    }
  }
}
