package org.stacking4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Labelled pictures in a folder that has a folder for each class, named like it:
 *
 * <pre>
 * DIR/cat/1.png  DIR/cat/2.jpg  DIR/dog/1.png …             split in two by a seed
 * DIR/train/cat/1.png …         DIR/test/cat/1.png …        split already
 * </pre>
 *
 * <p>PNG, JPEG, GIF (its first picture) and BMP, whatever the files are called. Hidden files, and
 * what systems and publishers leave behind ({@code Thumbs.db}, {@code README}), are passed over;
 * any other file that is no picture is an error. Each picture is resized to one size by area,
 * whatever its proportions; transparent pixels are laid over white, and how a camera was held
 * (EXIF) is not looked at. {@link PictureSchema} says how pixels become features.
 */
public final class PictureFolder {
  private static final List<String> PARTS = List.of("train", "test");
  private static final PictureSize USUAL = new PictureSize(32, 32);
  private static final int SMALL = 64;

  private final PictureFiles files;

  private PictureFolder(Path folder) throws IOException {
    this.files = new PictureFiles(folder);
  }

  /** A picture and the name of its folder. */
  private record Labelled(Path file, String className) {}

  /**
   * Reads a folder. Rows are in the order of the files' paths, with the ids 0 to rows - 1, in train
   * and in test, or before the split.
   *
   * @param folder where the classes' folders are, or {@code train} and {@code test}
   * @param size what pictures are resized to; null for the size they have if all have the same, of
   *     at most 64 pixels a side, and else 32 x 32
   * @param colour whether in grey or in colour
   * @param testFraction the part of each class to judge by, if there are not two folders
   * @param seed chooses which, if there are not two folders
   * @return the data, named {@code images:} and the folder's name; classes in the order of the
   *     numbers if all are numbers, else in that of the text
   * @throws IllegalArgumentException as {@link TrainTest#split} does
   * @throws IOException if the folder is not as said above or a file cannot be read; the message
   *     names it
   */
  public static TrainTest load(
      Path folder, @Nullable PictureSize size, PictureColour colour, double testFraction, long seed)
      throws IOException {
    PictureFolder pictures = new PictureFolder(folder);
    String name = "images:" + PictureFiles.lastName(folder);
    if (!pictures.isSplit()) {
      List<Labelled> all = pictures.labelled(folder);
      List<String> classes = classes(folder, all);
      PictureSchema schema = schema(all, size, colour);
      return TrainTest.split(name, read(all, schema, classes), testFraction, seed);
    }
    List<Labelled> train = pictures.labelled(folder.resolve(PARTS.get(0)));
    List<Labelled> test = pictures.labelled(folder.resolve(PARTS.get(1)));
    List<String> classes = classes(folder.resolve(PARTS.get(0)), train);
    checkSame(folder, classes, classes(folder.resolve(PARTS.get(1)), test));
    List<Labelled> all = new ArrayList<>(train);
    all.addAll(test);
    PictureSchema schema = schema(all, size, colour);
    return new TrainTest(name, read(train, schema, classes), read(test, schema, classes));
  }

  /**
   * Reads labelled pictures to judge by: those in {@code test} where there are {@code train} and
   * {@code test}.
   *
   * @param folder as in {@link #load(Path, PictureSize, PictureColour, double, long)}
   * @param schema how pictures become features
   * @param classNames the classes, of which not all need to occur
   * @return one row per picture, with ids from 0, and exactly these classes
   * @throws IOException as said there, and if a class is none of these
   */
  public static LabeledData load(Path folder, PictureSchema schema, List<String> classNames)
      throws IOException {
    PictureFolder pictures = new PictureFolder(folder);
    Path part = pictures.isSplit() ? folder.resolve(PARTS.get(1)) : folder;
    List<Labelled> all = pictures.labelled(part);
    for (Labelled one : all) {
      if (!classNames.contains(one.className())) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s is in the folder '%s', which is none of the classes %s",
                one.file(),
                one.className(),
                CsvTable.describe(classNames)));
      }
    }
    return read(all, schema, classNames);
  }

  /**
   * {@return the files of the rows to judge by, by their row ids: the paths within the folder, with
   * slashes}
   *
   * @param folder as in {@link #load(Path, PictureSize, PictureColour, double, long)}
   * @throws IOException if the folder cannot be read
   */
  public static List<String> testFiles(Path folder) throws IOException {
    PictureFolder pictures = new PictureFolder(folder);
    Path part = pictures.isSplit() ? folder.resolve(PARTS.get(1)) : folder;
    return pictures.labelled(part).stream().map(one -> pictures.files.name(one.file())).toList();
  }

  /** Whether it has train and test, and nothing else. */
  private boolean isSplit() throws IOException {
    List<Path> found = files.in(files.root());
    List<String> names = found.stream().map(PictureFiles::lastName).toList();
    if (!names.containsAll(PARTS)) {
      return false;
    }
    for (Path path : found) {
      if (!PARTS.contains(PictureFiles.lastName(path))) {
        throw new IOException(
            path
                + " stands beside the folders train and test: expected only these two, so move it");
      }
    }
    return true;
  }

  /** The pictures in the classes' folders, in the order of their paths. */
  private List<Labelled> labelled(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is not a folder: expected one with the classes' folders");
    }
    List<Labelled> found = new ArrayList<>();
    for (Path of : files.in(folder)) {
      if (!Files.isDirectory(of)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s stands directly in %s: put each picture into a folder with the name of its class",
                of,
                folder));
      }
      List<Path> pictures = files.in(of);
      if (pictures.isEmpty()) {
        throw new IOException(of + " has no pictures: put some in, or take the folder away");
      }
      for (Path picture : pictures) {
        if (Files.isDirectory(picture)) {
          throw new IOException(
              String.format(
                  Locale.ROOT,
                  "%s is a folder in %s, which is taken for a class: name the folder that has the"
                      + " classes' folders in it, and put pictures directly into these",
                  picture,
                  of));
        }
        found.add(new Labelled(picture, PictureFiles.lastName(of)));
      }
    }
    if (found.isEmpty()) {
      throw new IOException(
          folder + " is empty: expected a folder for each class, with its pictures in it");
    }
    return found.stream()
        .sorted(Comparator.comparing((Labelled one) -> files.name(one.file())))
        .toList();
  }

  private static List<String> classes(Path folder, List<Labelled> pictures) throws IOException {
    Set<String> names = new HashSet<>();
    pictures.forEach(one -> names.add(one.className()));
    if (names.size() < 2) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has one class only, '%s'; a classifier needs at least 2, each in a folder of its"
                  + " own",
              folder,
              pictures.get(0).className()));
    }
    return CsvTable.inOrder(names);
  }

  private static void checkSame(Path folder, List<String> train, List<String> test)
      throws IOException {
    if (!train.equals(test)) {
      List<String> onlyTrain = train.stream().filter(name -> !test.contains(name)).toList();
      List<String> onlyTest = test.stream().filter(name -> !train.contains(name)).toList();
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has different classes in train and test%s%s: both need the same folders",
              folder,
              onlyTrain.isEmpty() ? "" : ", only in train " + CsvTable.describe(onlyTrain),
              onlyTest.isEmpty() ? "" : ", only in test " + CsvTable.describe(onlyTest)));
    }
  }

  private static PictureSchema schema(
      List<Labelled> pictures, @Nullable PictureSize size, PictureColour colour)
      throws IOException {
    PictureSize common = size == null ? commonSize(pictures) : size;
    boolean grey = colour == PictureColour.GREY;
    if (colour == PictureColour.AUTO) {
      grey = true;
      for (int i = 0; i < pictures.size() && grey; i++) {
        grey = PictureFile.isGrey(pictures.get(i).file());
      }
    }
    return new PictureSchema(common.width(), common.height(), grey ? 1 : 3);
  }

  private static PictureSize commonSize(List<Labelled> pictures) throws IOException {
    int[] first = PictureFile.sides(pictures.get(0).file());
    boolean common = first[0] <= SMALL && first[1] <= SMALL;
    for (int i = 1; i < pictures.size() && common; i++) {
      int[] sides = PictureFile.sides(pictures.get(i).file());
      common = sides[0] == first[0] && sides[1] == first[1];
    }
    return common ? new PictureSize(first[0], first[1]) : USUAL;
  }

  private static LabeledData read(
      List<Labelled> pictures, PictureSchema schema, List<String> classes) throws IOException {
    List<Path> paths = pictures.stream().map(Labelled::file).toList();
    int[] labels = pictures.stream().mapToInt(one -> classes.indexOf(one.className())).toArray();
    try {
      FeatureStore pixels =
          FeatureStore.filled(
              paths.size(),
              schema,
              (from, to, target) -> {
                try {
                  PictureFile.read(paths.subList(from, to), schema, target);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      return LabeledData.of(pixels, labels, classes);
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }
}
