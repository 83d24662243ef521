package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.DidYouMean;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;

/** Finds the data a configuration names. */
final class DataSource {
  static final String MNIST = "mnist";
  static final String IDX = "idx:";
  static final String CSV = "csv:";
  static final String IMAGES = "images:";

  private DataSource() {}

  /**
   * Reads the rows and weighs them.
   *
   * @throws IllegalArgumentException if the name is unknown or there are fewer rows than asked for
   * @throws IOException if the files cannot be read
   */
  static TrainTest load(ExperimentConfig config) throws IOException {
    TrainTest all = all(config);
    boolean byClass = isPictures(config.data());
    LabeledData train = first(all.train(), config.train(), "train", byClass);
    LabeledData test = first(all.test(), config.test(), "test", byClass);
    return config.classWeights() == ExperimentConfig.ClassWeights.BALANCED
        ? new TrainTest(all.name(), train.balanced(), test.balanced())
        : new TrainTest(all.name(), train, test);
  }

  /** Whether the columns are measures of any scale, and not the pixels of a picture. */
  static boolean isTable(String data) {
    return data.startsWith(CSV);
  }

  /** Whether the rows are files with one picture each. */
  static boolean isPictures(String data) {
    return data.startsWith(IMAGES);
  }

  /**
   * The path behind a prefix.
   *
   * @return null if the data has another prefix, or nothing behind it
   * @throws IllegalArgumentException if it cannot be a path
   */
  static @Nullable Path path(String data, String prefix) {
    try {
      return data.startsWith(prefix) && data.length() > prefix.length()
          ? Path.of(data.substring(prefix.length()))
          : null;
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "data '" + data + "' is no path of this system: " + e.getReason());
    }
  }

  private static TrainTest all(ExperimentConfig config) throws IOException {
    String data = config.data();
    if (data.equals(MNIST)) {
      return Mnist.load(most(config.train()), most(config.test()));
    }
    @Nullable Path idx = path(data, IDX);
    if (idx != null) {
      return IdxFolder.load(idx, most(config.train()), most(config.test()));
    }
    @Nullable Path csv = path(data, CSV);
    if (csv != null) {
      return split(csv, config);
    }
    @Nullable Path images = path(data, IMAGES);
    if (images != null) {
      return PictureFolder.load(
          images, config.size(), config.imageColour(), config.testFraction(), config.seed());
    }
    throw unknown(data);
  }

  /** Refuses what names no kind of data, before any is looked for. */
  static void checkKind(String data) {
    if (!data.equals(MNIST) && Stream.of(IDX, IMAGES, CSV).noneMatch(kind -> names(data, kind))) {
      throw unknown(data);
    }
  }

  private static boolean names(String data, String kind) {
    return data.startsWith(kind) && data.length() > kind.length();
  }

  private static IllegalArgumentException unknown(String data) {
    int colon = data.indexOf(':') + 1;
    String kind = colon == 0 ? data : data.substring(0, colon);
    return new IllegalArgumentException(
        "unknown data '"
            + data
            + "'"
            + DidYouMean.between(kind, List.of(MNIST, IDX, IMAGES, CSV))
            + "use mnist, idx:DIR, images:DIR or csv:FILE");
  }

  private static TrainTest split(Path file, ExperimentConfig config) throws IOException {
    CsvColumns columns =
        (config.label().isEmpty() ? CsvColumns.of() : CsvColumns.of(config.label()))
            .withWeight(config.weight())
            .withGroup(config.group())
            .withCategorical(config.categorical())
            .withMissing(config.missing());
    LabeledData rows =
        config.task() == Task.REGRESSION
            ? CsvTable.loadTargets(file, columns)
            : CsvTable.load(file, columns);
    return TrainTest.split(CSV + file.getFileName(), rows, config.testFraction(), config.seed());
  }

  /** Pictures that are not asked for need not be read. */
  private static int most(int count) {
    return count == 0 ? Integer.MAX_VALUE : count;
  }

  /**
   * The first rows; where each class has its own files, the first of every class, as many of each
   * as can be.
   */
  private static LabeledData first(LabeledData data, int count, String key, boolean byClass) {
    if (count > data.rows()) {
      throw new IllegalArgumentException(
          key
              + " asks for the first "
              + count
              + " rows, but there are "
              + data.rows()
              + "; use at most that, or 0 for all");
    }
    if (count == 0) {
      return data;
    }
    return byClass ? data.select(firstOfEach(data, count)) : data.first(count);
  }

  private static int[] firstOfEach(LabeledData data, int count) {
    int[] met = new int[data.classes()];
    int[] rank = new int[data.rows()]; // within the row's class
    Arrays.setAll(rank, row -> met[data.label(row)]++);
    return IntStream.range(0, data.rows())
        .boxed()
        .sorted(Comparator.comparingInt(row -> rank[row]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }
}
