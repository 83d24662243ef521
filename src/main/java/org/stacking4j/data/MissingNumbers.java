package org.stacking4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Puts medians where numbers of a table are missing. */
final class MissingNumbers {
  private MissingNumbers() {}

  /** The rows with medians of their own. */
  static LabeledData filled(LabeledData data) {
    return filled(data, data);
  }

  /**
   * The rows with medians of others; the rows themselves if no number may be missing.
   *
   * @param training whose numbers count, with the same columns
   */
  static LabeledData filled(LabeledData data, LabeledData training) {
    TableSchema schema = data.schema().orElse(null);
    if (schema == null || schema.columns().stream().noneMatch(TableSchema.Column::mayMiss)) {
      return data;
    }
    List<TableSchema.Column> columns = new ArrayList<>();
    List<Integer> places = new ArrayList<>(); // of numbers that may be missing
    List<Float> fills = new ArrayList<>();
    int at = 0;
    for (TableSchema.Column column : schema.columns()) {
      if (column.mayMiss()) {
        float fill = median(training, at);
        places.add(at);
        fills.add(fill);
        columns.add(new TableSchema.Column(column.name(), List.of(), true, fill));
      } else {
        columns.add(column);
      }
      at += column.width();
    }
    int width = schema.width();
    return data.withFeatures(
        FeatureStore.filled(
            data.rows(),
            new TableSchema(columns, schema.label()),
            (from, to, target) -> {
              INDArray chunk = data.features(from, to);
              float[] values = chunk.data().asFloat();
              chunk.close();
              for (int row = 0; row < to - from; row++) {
                for (int i = 0; i < fills.size(); i++) {
                  int place = row * width + places.get(i);
                  if (values[place + 1] == 1) {
                    values[place] = fills.get(i);
                  }
                }
              }
              System.arraycopy(values, 0, target, 0, values.length);
            }));
  }

  /** Of the numbers that are there; 0 if none is. */
  private static float median(LabeledData training, int place) {
    INDArray both = training.withColumns(place, place + 1).features();
    float[] values = both.data().asFloat();
    both.close();
    float[] there = new float[values.length / 2];
    int count = 0;
    for (int row = 0; row < values.length / 2; row++) {
      if (values[2 * row + 1] == 0) {
        there[count++] = values[2 * row];
      }
    }
    Arrays.sort(there, 0, count);
    // The lower one of two in the middle: a number that occurs.
    return count == 0 ? 0 : there[(count - 1) / 2];
  }
}
