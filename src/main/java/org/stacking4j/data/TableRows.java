package org.stacking4j.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows of a CSV file whose features are made as those of the rows that were learned from; some at a
 * time, so that a file may be larger than memory. Columns are found by their names, in any order;
 * others are not looked at. The file is as {@link CsvTable} says. Not thread-safe.
 */
public final class TableRows implements FeatureRows {
  private final CsvLines lines;
  private final int width;

  private TableRows(CsvLines lines, int width) {
    this.lines = lines;
    this.width = width;
  }

  /**
   * Opens a file.
   *
   * @param file the CSV file
   * @param schema how its columns become features
   * @return its rows, to be read once, from the first; the caller closes them
   * @throws IOException if the file cannot be read, or lacks a column
   */
  public static TableRows open(Path file, TableSchema schema) throws IOException {
    CsvLines lines = new CsvLines(file, null);
    try {
      checkColumns(file, lines.header(), schema);
      lines.setFeatures(schema);
      return new TableRows(lines, schema.width());
    } catch (IOException | RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** Refuses a table that lacks columns. */
  static void checkColumns(Path file, List<String> header, TableSchema schema) throws IOException {
    List<String> lacking =
        schema.columns().stream()
            .map(TableSchema.Column::name)
            .filter(name -> !header.contains(name))
            .toList();
    if (!lacking.isEmpty()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: there is no column %s, which the ensemble learned from; the columns are %s",
              file,
              lacking.stream()
                  .limit(5)
                  .map(name -> "'" + name + "'")
                  .collect(Collectors.joining(", ", "", lacking.size() > 5 ? ", …" : "")),
              CsvTable.describe(header)));
    }
  }

  /**
   * Reads on.
   *
   * @param most how many rows at most, 1 or more
   * @return {@code [rows, features]}, float32, or null after the last row
   * @throws IOException if the file cannot be read, a line has more or fewer fields than the
   *     header, or a number is none or missing; the message names file, line and column
   */
  @Override
  public @Nullable INDArray next(int most) throws IOException {
    float[] values = new float[Math.multiplyExact(most, width)];
    int rows = 0;
    while (rows < most && lines.maybeFeatures(values, rows * width)) {
      rows++;
    }
    return rows == 0
        ? null
        : Nd4j.createFromArray(Arrays.copyOf(values, rows * width)).reshape('c', rows, width);
  }

  /**
   * How many fields that were read so far had a category that no row had that was learned from, and
   * the first of them, in words; empty if none.
   */
  @Override
  public Optional<String> unknownCategories() {
    return lines.unknownCategories();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
