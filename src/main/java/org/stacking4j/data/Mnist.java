package org.stacking4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The handwritten digits of LeCun, Cortes and Burges, bundled with the library: 60 000 training and
 * 10 000 test images of 28 x 28 pixels.
 */
public final class Mnist {
  private static final String CHECKSUMS = "SHA256SUMS";
  private static final List<String> DIGITS =
      IntStream.range(0, 10).mapToObj(Integer::toString).toList();

  private Mnist() {}

  /** Opens a bundled file by name; null if there is no such file. */
  @FunctionalInterface
  interface Bundle {
    @Nullable InputStream open(String name);
  }

  /**
   * Reads the digits anew, about 220 MB; the bundled files are first checked against their SHA-256
   * sums.
   *
   * <p>Each image is a row of 784 columns, its pixels row by row. A pixel x, 0 to 255, becomes (x /
   * 255 - 0.5) / 0.5, which lies in [-1, 1]. Classes are named {@code 0} to {@code 9}; row ids are
   * 0 to 59 999 in train and 0 to 9 999 in test. Several threads may load at once.
   *
   * @return the digits, named {@code mnist}
   * @throws IllegalStateException if a bundled file is missing or damaged
   */
  public static TrainTest load() {
    return load(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Reads the first digits anew, as {@link #load()} does, in a part of the time and memory.
   *
   * @param train how many training digits, 1 or more; all if there are fewer
   * @param test how many test digits, 1 or more; all if there are fewer
   * @return both parts, with the ten digits as classes
   * @throws IllegalArgumentException if less than 1 is asked for
   * @throws IllegalStateException if a bundled file is missing or damaged, wherever it is
   */
  public static TrainTest load(int train, int test) {
    return load(Mnist::bundled, train, test);
  }

  /**
   * {@return the test digits without their labels}
   *
   * @param schema what they must be like
   * @throws IOException if they are not of that size
   */
  public static FeatureRows open(PictureSchema schema) throws IOException {
    return new StoredRows(test(schema).images().pixels());
  }

  /**
   * {@return the test digits, to judge by}
   *
   * @param schema what they must be like
   * @param classNames the classes, of which a digit's name is one
   * @throws IOException if they are not of that size, or a digit is none of the classes
   */
  public static LabeledData load(PictureSchema schema, List<String> classNames) throws IOException {
    return test(schema).toDataOf(classNames);
  }

  private static IdxPair test(PictureSchema schema) throws IOException {
    Bundle bundle = Mnist::bundled;
    String checksums = new String(bytes(bundle, CHECKSUMS), UTF_8);
    IdxPair pair = pair(bundle, checksums, "t10k", Integer.MAX_VALUE);
    IdxFolder.check(pair.images(), schema);
    return pair;
  }

  private static @Nullable InputStream bundled(String name) {
    return Mnist.class.getResourceAsStream("mnist/" + name);
  }

  static TrainTest load(Bundle bundle, int train, int test) {
    Checks.areSome(train, test);
    try {
      String checksums = new String(bytes(bundle, CHECKSUMS), UTF_8);
      return new TrainTest(
          "mnist",
          pair(bundle, checksums, "train", train).toData(DIGITS),
          pair(bundle, checksums, "t10k", test).toData(DIGITS));
    } catch (IOException e) {
      throw new UncheckedIOException("the bundled MNIST cannot be read: " + e.getMessage(), e);
    }
  }

  private static IdxPair pair(Bundle bundle, String checksums, String part, int most)
      throws IOException {
    String images = part + "-images-idx3-ubyte.gz";
    String labels = part + "-labels-idx1-ubyte.gz";
    return new IdxPair(
        Idx.readImages(checked(bundle, checksums, images), most, "bundled " + images),
        Idx.read(checked(bundle, checksums, labels), Idx.Kind.LABELS, "bundled " + labels));
  }

  private static InputStream checked(Bundle bundle, String checksums, String name)
      throws IOException {
    byte[] file = bytes(bundle, name);
    String sum = Sha256.hexOf(file);
    if (checksums.lines().noneMatch((sum + "  " + name)::equals)) {
      throw new IllegalStateException(
          String.format(
                  Locale.ROOT,
                  "bundled MNIST file %s is damaged: its SHA-256 is %s, not the one in %s; fetch or build",
                  name,
                  sum,
                  CHECKSUMS)
              + " the library again");
    }
    return new ByteArrayInputStream(file);
  }

  private static byte[] bytes(Bundle bundle, String name) throws IOException {
    try (InputStream in = bundle.open(name)) {
      if (in == null) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "bundled MNIST file %s is missing: fetch or build the library again",
                name));
      }
      return in.readAllBytes();
    }
  }
}
