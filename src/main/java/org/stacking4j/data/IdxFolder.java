package org.stacking4j.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder with a data set in the four files that MNIST, Fashion-MNIST and others come in:
 *
 * <pre>
 * train-images-idx3-ubyte   train-labels-idx1-ubyte
 * t10k-images-idx3-ubyte    t10k-labels-idx1-ubyte
 * </pre>
 *
 * <p>The spelling {@code train-images.idx3-ubyte} is read too, and so is either with {@code .gz} at
 * its end. Whether a file is compressed is decided by its content. Should several spellings of one
 * file be there, the first of these is read: plain hyphen, hyphen with {@code .gz}, plain dot, dot
 * with {@code .gz}.
 */
public final class IdxFolder {
  private IdxFolder() {}

  /**
   * Reads a folder.
   *
   * <p>Each image is a row, its pixels row by row: height x width columns. A pixel x, 0 to 255,
   * becomes (x / 255 - 0.5) / 0.5, which lies in [-1, 1]. Classes are named {@code 0} to the
   * largest training label. Row ids are 0 to rows - 1 in the order of the file, in train and in
   * test.
   *
   * @param folder where the files are
   * @return the data, named {@code idx:} and the folder's name
   * @throws IOException if a file is missing, is not of the expected kind, is cut off, damaged or
   *     too long, or if the files do not fit each other; the message names the file
   */
  public static TrainTest load(Path folder) throws IOException {
    return load(folder, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Reads the first rows of a folder, as {@link #load(Path)} does, and of the image files no more
   * than that. Labels are all read, so the classes are those of the whole data set.
   *
   * @param folder where the files are
   * @param trainRows how many training rows, 1 or more; all if there are fewer
   * @param testRows how many test rows, 1 or more; all if there are fewer
   * @return the data, named {@code idx:} and the folder's name
   * @throws IllegalArgumentException if less than 1 is asked for
   * @throws IOException as {@link #load(Path)} does; what comes after the last image asked for is
   *     not looked at
   */
  public static TrainTest load(Path folder, int trainRows, int testRows) throws IOException {
    Checks.areSome(trainRows, testRows);
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          String.format(
              Locale.ROOT, "%s is not a folder: name the one with the IDX files", folder));
    }
    IdxPair train = pair(folder, "train", trainRows);
    IdxPair test = pair(folder, "t10k", testRows);
    if (!train.images().itemShape().equals(test.images().itemShape())) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds images of %s pixels but %s of %s: all images must have the same size",
              train.images().source(),
              train.images().itemShape(),
              test.images().source(),
              test.images().itemShape()));
    }
    int classes = Math.max(2, train.largestLabel() + 1);
    checkKnown(test.labels(), classes);
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return new TrainTest("idx:" + name(folder), train.toData(names), test.toData(names));
  }

  private static IdxPair pair(Path folder, String part, int most) throws IOException {
    Path images = file(folder, part + "-images", "idx3-ubyte");
    Path labels = file(folder, part + "-labels", "idx1-ubyte");
    try (InputStream in = Files.newInputStream(images);
        InputStream labelsIn = Files.newInputStream(labels)) {
      return new IdxPair(
          Idx.readImages(in, most, images.toString()),
          Idx.read(labelsIn, Idx.Kind.LABELS, labels.toString()));
    }
  }

  private static Path file(Path folder, String stem, String suffix) throws IOException {
    List<String> names =
        Stream.of("-", ".")
            .flatMap(dot -> Stream.of("", ".gz").map(gz -> stem + dot + suffix + gz))
            .toList();
    return names.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    String.format(
                        Locale.ROOT,
                        "%s has no file of %s: looked for %s",
                        folder,
                        stem,
                        String.join(", ", names))));
  }

  private static void checkKnown(Idx labels, int classes) throws IOException {
    for (int row = 0; row < labels.items(); row++) {
      if (labels.label(row) >= classes) {
        throw new IOException(
            String.format(
                    Locale.ROOT,
                    "%s has label %d in row %d, but training labels only go up to %d: a network cannot",
                    labels.source(),
                    labels.label(row),
                    row,
                    classes - 1)
                + " learn a class that it never sees");
      }
    }
  }

  private static String name(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }
}
