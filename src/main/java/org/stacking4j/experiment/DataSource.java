package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.DidYouMean;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.Task;
import org.stacking4j.data.TrainTest;

/** Finds the data a configuration names. */
final class DataSource {
  private static final String IDX = "idx:";
  private static final String CSV = "csv:";

  private DataSource() {}

  /**
   * Reads the rows and weighs them.
   *
   * @throws IllegalArgumentException if the name is unknown or there are fewer rows than asked for
   * @throws IOException if the files cannot be read
   */
  static TrainTest load(ExperimentConfig config) throws IOException {
    TrainTest all = all(config);
    LabeledData train = first(all.train(), config.train(), "train");
    LabeledData test = first(all.test(), config.test(), "test");
    return config.classWeights() == ExperimentConfig.ClassWeights.BALANCED
        ? new TrainTest(all.name(), train.balanced(), test.balanced())
        : new TrainTest(all.name(), train, test);
  }

  /** Whether the columns are measures of any scale, and not the pixels of a picture. */
  static boolean isTable(String data) {
    return data.startsWith(CSV);
  }

  private static TrainTest all(ExperimentConfig config) throws IOException {
    String data = config.data();
    if (data.equals("mnist")) {
      return Mnist.load(most(config.train()), most(config.test()));
    }
    try {
      if (names(data, IDX)) {
        return IdxFolder.load(
            Path.of(data.substring(IDX.length())), most(config.train()), most(config.test()));
      }
      if (names(data, CSV)) {
        return split(Path.of(data.substring(CSV.length())), config);
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "data '" + data + "' is no path of this system: " + e.getReason());
    }
    throw unknown(data);
  }

  /** Refuses what names no kind of data, before any is looked for. */
  static void checkKind(String data) {
    if (!data.equals("mnist") && Stream.of(IDX, CSV).noneMatch(kind -> names(data, kind))) {
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
            + DidYouMean.between(kind, List.of("mnist", IDX, CSV))
            + "use mnist, idx:DIR or csv:FILE");
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

  private static LabeledData first(LabeledData data, int count, String key) {
    if (count > data.rows()) {
      throw new IllegalArgumentException(
          key
              + " asks for the first "
              + count
              + " rows, but there are "
              + data.rows()
              + "; use at most that, or 0 for all");
    }
    return count == 0 ? data : data.first(count);
  }
}
