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
  private static final String IMAGES = "idx3-ubyte";
  private static final String LABELS = "idx1-ubyte";

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

  /**
   * Reads labelled images to judge by: those of the test if the path is a folder that has them,
   * else the one image file in the folder, or the image file that the path names; the label file
   * has the same name but for its kind.
   *
   * @param path a folder, or one image file
   * @param schema what the images must be like
   * @param classNames the classes, of which not all need to occur; a label's name is its number
   * @return one row per image, with ids from 0
   * @throws IOException as {@link #load(Path)} does, and if the images are not of that size or a
   *     label is none of the classes
   */
  public static LabeledData load(Path path, PictureSchema schema, List<String> classNames)
      throws IOException {
    Path images = images(path);
    Path labels = labels(images);
    try (InputStream in = Files.newInputStream(labels)) {
      Idx numbers = Idx.read(in, Idx.Kind.LABELS, labels.toString());
      return new IdxPair(readImages(images, schema), numbers).toDataOf(classNames);
    }
  }

  /**
   * Opens images without their labels.
   *
   * @param path as in {@link #load(Path, PictureSchema, List)}
   * @param schema what the images must be like
   * @return one row per image
   * @throws IOException if there is no such file, it is damaged, or the images are not of that size
   */
  public static FeatureRows open(Path path, PictureSchema schema) throws IOException {
    return new StoredRows(readImages(images(path), schema).pixels());
  }

  private static Idx readImages(Path file, PictureSchema schema) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Idx images = Idx.readImages(in, Integer.MAX_VALUE, file.toString());
      check(images, schema);
      return images;
    }
  }

  /** Refuses images that are not of the kind that was learned from. */
  static void check(Idx images, PictureSchema schema) throws IOException {
    if (!images.schema().equals(schema)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s holds images of %s, but the ensemble learned from %s: give it such images",
              images.source(),
              images.schema(),
              schema));
    }
  }

  /** The file of the images. */
  private static Path images(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return path;
    }
    if (!Files.isDirectory(path)) {
      throw new IOException(path + " is neither an IDX file nor a folder with one: name either");
    }
    for (String name : spellings("t10k-images", IMAGES)) {
      if (Files.isRegularFile(path.resolve(name))) {
        return path.resolve(name);
      }
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(path)) {
      found = files.filter(IdxFolder::isOfImages).sorted().toList();
    }
    if (found.size() != 1) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %s: expected t10k-images-%s or one file whose name ends in -images-%s; name"
                  + " the file itself, idx:FILE",
              path,
              found.isEmpty()
                  ? "no file of images"
                  : found.size() + " files of images, none of them t10k-images",
              IMAGES,
              IMAGES));
    }
    return found.get(0);
  }

  private static boolean isOfImages(Path file) {
    String name = name(file);
    return Files.isRegularFile(file)
        && spellings("images", IMAGES).stream().anyMatch(name::endsWith);
  }

  /** The file of the labels that belong to images. */
  private static Path labels(Path images) throws IOException {
    String name = name(images);
    int at = name.lastIndexOf("images");
    if (at >= 0) {
      for (String spelling : spellings(name.substring(0, at) + "labels", LABELS)) {
        Path labels = images.resolveSibling(spelling);
        if (Files.isRegularFile(labels)) {
          return labels;
        }
      }
    }
    throw new IOException(
        String.format(
            Locale.ROOT,
            "%s has no file of labels beside it: looked for %s",
            images,
            at < 0
                ? "none, because its name has no 'images' in it"
                : String.join(", ", spellings(name.substring(0, at) + "labels", LABELS))));
  }

  private static IdxPair pair(Path folder, String part, int most) throws IOException {
    Path images = file(folder, part + "-images", IMAGES);
    Path labels = file(folder, part + "-labels", LABELS);
    try (InputStream in = Files.newInputStream(images);
        InputStream labelsIn = Files.newInputStream(labels)) {
      return new IdxPair(
          Idx.readImages(in, most, images.toString()),
          Idx.read(labelsIn, Idx.Kind.LABELS, labels.toString()));
    }
  }

  private static Path file(Path folder, String stem, String suffix) throws IOException {
    List<String> names = spellings(stem, suffix);
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

  private static List<String> spellings(String stem, String suffix) {
    return Stream.of("-", ".")
        .flatMap(dot -> Stream.of("", ".gz").map(gz -> stem + dot + suffix + gz))
        .toList();
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
