package org.stacking4j.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.CsvColumns;
import org.stacking4j.data.CsvTable;
import org.stacking4j.data.FeatureRows;
import org.stacking4j.data.IdxFolder;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Mnist;
import org.stacking4j.data.PictureFolder;
import org.stacking4j.data.PictureRows;
import org.stacking4j.data.PictureSchema;
import org.stacking4j.data.TableRows;
import org.stacking4j.data.TableSchema;
import org.stacking4j.data.Task;

/**
 * Rows for a fitted ensemble: {@code csv:FILE}, {@code images:DIR}, {@code idx:DIR}, {@code mnist}.
 */
public final class NewData {
  private NewData() {}

  /**
   * Opens rows without labels.
   *
   * @param ensemble whose features they are made into
   * @param data of a table or of pictures, as the ensemble was fitted on
   * @return the rows, to be read once, from the first; the caller closes them
   * @throws IllegalArgumentException if the data is unknown, or not of that kind
   * @throws IOException if it cannot be read
   */
  public static FeatureRows open(StackingEnsemble ensemble, String data) throws IOException {
    @Nullable Path table = DataSource.path(data, DataSource.CSV);
    if (table != null) {
      return TableRows.open(table, table(ensemble, data));
    }
    PictureSchema pictures = pictures(ensemble, data);
    @Nullable Path images = DataSource.path(data, DataSource.IMAGES);
    if (images != null) {
      return PictureRows.open(images, pictures);
    }
    @Nullable Path idx = DataSource.path(data, DataSource.IDX);
    return idx != null ? IdxFolder.open(idx, pictures) : Mnist.open(pictures);
  }

  /**
   * Reads rows with labels or targets, to judge by.
   *
   * @param ensemble whose features they are made into
   * @param data of a table or of pictures, as the ensemble was fitted on
   * @param columns of a table: which hold the labels or targets, those that were learned from if it
   *     says none, and which weights
   * @return the rows, with the ensemble's classes or targets
   * @throws IllegalArgumentException as {@link #open} does, or if columns are given for pictures
   * @throws IOException if the rows cannot be read, or a label is none of the ensemble's classes
   */
  public static LabeledData labelled(StackingEnsemble ensemble, String data, CsvColumns columns)
      throws IOException {
    @Nullable Path file = DataSource.path(data, DataSource.CSV);
    if (file != null) {
      TableSchema table = table(ensemble, data);
      if (ensemble.task() == Task.CLASSIFICATION) {
        return CsvTable.load(file, columns, table, ensemble.classNames());
      }
      String[] learned = ensemble.outputNames().toArray(String[]::new);
      return CsvTable.loadTargets(
          file,
          columns.outputs().isEmpty()
              ? CsvColumns.of(learned).withWeight(columns.weight())
              : columns,
          table);
    }
    PictureSchema pictures = pictures(ensemble, data);
    if (!columns.outputs().isEmpty() || !columns.weight().isEmpty()) {
      throw new IllegalArgumentException(
          "label and weight name columns of a table, which data '"
              + data
              + "' is not; leave them out");
    }
    List<String> classes = ensemble.classNames();
    @Nullable Path images = DataSource.path(data, DataSource.IMAGES);
    if (images != null) {
      return PictureFolder.load(images, pictures, classes);
    }
    @Nullable Path idx = DataSource.path(data, DataSource.IDX);
    return idx != null ? IdxFolder.load(idx, pictures, classes) : Mnist.load(pictures, classes);
  }

  private static TableSchema table(StackingEnsemble ensemble, String data) {
    return ensemble.schema().orElseThrow(() -> unfit(ensemble, data));
  }

  private static PictureSchema pictures(StackingEnsemble ensemble, String data) {
    if (!data.equals(DataSource.MNIST)
        && DataSource.path(data, DataSource.IMAGES) == null
        && DataSource.path(data, DataSource.IDX) == null) {
      throw DataSource.unknown(data);
    }
    return ensemble.pictureSchema().orElseThrow(() -> unfit(ensemble, data));
  }

  private static IllegalArgumentException unfit(StackingEnsemble ensemble, String data) {
    Optional<String> needed =
        ensemble
            .pictureSchema()
            .map(
                pictures -> "pictures (" + pictures + "), so it needs images:DIR, idx:DIR or mnist")
            .or(
                () ->
                    ensemble
                        .schema()
                        .map(
                            table ->
                                "a table with the columns "
                                    + some(table)
                                    + ", so it needs csv:FILE"));
    return new IllegalArgumentException(
        needed
            .map(what -> "the ensemble was fitted on " + what + "; found data '" + data + "'")
            .orElse(
                "the ensemble does not say what its "
                    + ensemble.columns()
                    + " feature columns are made of, because it was fitted in Java or by an older"
                    + " version; fit it with --data, or ask it in Java"));
  }

  private static String some(TableSchema table) {
    List<TableSchema.Column> columns = table.columns();
    return columns.stream()
        .limit(5)
        .map(column -> "'" + column.name() + "'")
        .collect(Collectors.joining(", ", "", columns.size() > 5 ? ", …" : ""));
  }
}
