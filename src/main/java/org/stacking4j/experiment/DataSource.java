package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.TrainTest;

/** Finds the data a configuration names. */
final class DataSource {
  private static final String IDX = "idx:";

  private DataSource() {}

  /**
   * Reads the rows.
   *
   * @throws IllegalArgumentException if the name is unknown or there are fewer rows than asked for
   * @throws IOException if the files cannot be read
   */
  static TrainTest load(ExperimentConfig config) throws IOException {
    TrainTest all = load(config.data());
    return new TrainTest(
        all.name(),
        first(all.train(), config.train(), "train"),
        first(all.test(), config.test(), "test"));
  }

  private static TrainTest load(String data) throws IOException {
    if (data.equals("mnist")) {
      return Mnist.load();
    }
    if (data.startsWith(IDX) && data.length() > IDX.length()) {
      try {
        return IdxFolder.load(Path.of(data.substring(IDX.length())));
      } catch (InvalidPathException e) {
        throw new IllegalArgumentException("data '" + data + "' is not a folder: " + e.getReason());
      }
    }
    throw new IllegalArgumentException("unknown data '" + data + "'; use mnist or idx:DIR");
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
