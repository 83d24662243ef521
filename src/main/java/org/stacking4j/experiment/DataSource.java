package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;

/** Finds the data a configuration names. */
final class DataSource {
  static final String MNIST = "mnist";
  static final String IDX = "idx:";
  static final String CSV = "csv:";
  static final String IMAGES = "images:";

  private static final int MOST_NAMED = 10;
  private static final double MOSTLY = 0.9; // of all classes

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

  /**
   * What was read, in words: {@code 258 rows to learn from, 86 to judge by; 7 columns (2 of
   * categories, 4 with numbers missing); classes Adelie, Chinstrap, Gentoo}.
   */
  static String describe(TrainTest data) {
    LabeledData train = data.train();
    String columns =
        train
            .schema()
            .map(DataSource::describe)
            .or(() -> train.pictureSchema().map(pictures -> "pictures of " + pictures))
            .orElse(train.columns() + " columns");
    List<String> outputs = train.outputNames();
    return String.format(
        Locale.ROOT,
        "%d rows to learn from, %d to judge by; %s; %s %s%s",
        train.rows(),
        data.test().rows(),
        columns,
        train.task() == Task.REGRESSION ? "to predict:" : outputs.size() + " classes:",
        String.join(", ", outputs.subList(0, Math.min(MOST_NAMED, outputs.size()))),
        outputs.size() > MOST_NAMED ? ", …" : "");
  }

  private static String describe(TableSchema table) {
    List<TableSchema.Column> columns = table.columns();
    List<String> categories =
        columns.stream()
            .filter(TableSchema.Column::hasCategories)
            .map(TableSchema.Column::name)
            .toList();
    long missing = columns.stream().filter(TableSchema.Column::mayMiss).count();
    List<String> kinds = new ArrayList<>();
    if (!categories.isEmpty()) {
      kinds.add(
          "categories in "
              + String.join(", ", categories.subList(0, Math.min(MOST_NAMED, categories.size())))
              + (categories.size() > MOST_NAMED ? ", … (" + categories.size() + " in all)" : ""));
    }
    if (missing > 0) {
      kinds.add("numbers missing in " + missing);
    }
    return (columns.size() == 1 ? "1 column" : columns.size() + " columns")
        + (kinds.isEmpty() ? "" : " (" + String.join("; ", kinds) + ")");
  }

  /**
   * The files of the test rows by row id.
   *
   * @return empty where rows are not pictures in files
   */
  static List<String> testFiles(String data) throws IOException {
    @Nullable Path images = path(data, IMAGES);
    return images == null ? List.of() : PictureFolder.testFiles(images);
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
      return names(data, prefix) ? Path.of(data.substring(prefix.length())) : null;
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

  static IllegalArgumentException unknown(String data) {
    int colon = data.indexOf(':') + 1;
    String kind = colon == 0 ? data : data.substring(0, colon);
    String meant =
        data.toLowerCase(Locale.ROOT).endsWith(".csv") && colon == 0
            ? "; did you mean '" + CSV + data + "'? "
            : DidYouMean.between(kind, List.of(MNIST, IDX, IMAGES, CSV));
    return new IllegalArgumentException(
        "unknown data '" + data + "'" + meant + "use mnist, idx:DIR, images:DIR or csv:FILE");
  }

  private static TrainTest split(Path file, ExperimentConfig config) throws IOException {
    CsvColumns columns =
        (config.label().isEmpty() ? CsvColumns.of() : CsvColumns.of(config.label()))
            .withWeight(config.weight())
            .withGroup(config.group())
            .withCategorical(config.categorical())
            .withMissing(config.missing())
            .without(config.ignore());
    LabeledData rows =
        config.task() == Task.REGRESSION
            ? CsvTable.loadTargets(file, columns)
            : CsvTable.load(file, columns);
    if (config.task() == Task.CLASSIFICATION) {
      checkClasses(file, rows);
    }
    return TrainTest.split(CSV + file.getFileName(), rows, config.testFraction(), config.seed());
  }

  /** Whoever forgets the task of a regression is told so, and not of classes with too few rows. */
  private static void checkClasses(Path file, LabeledData rows) {
    int[] counts = rows.classCounts();
    List<String> names = rows.classNames();
    long numbers = names.stream().filter(DataSource::isNumber).count();
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 1 && numbers >= MOSTLY * names.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s: %d rows have %d different labels, nearly all of them numbers, and '%s' is the"
                    + " label of one row only, too few for a class; if it is a number that is to be"
                    + " predicted, ask for task: regression (--task regression)",
                file,
                rows.rows(),
                names.size(),
                names.get(c)));
      }
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[+-]?\\d*\\.?\\d+([eE][+-]?\\d+)?");
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
