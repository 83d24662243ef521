package org.stacking4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.stacking4j.StackingEnsemble;
import org.stacking4j.data.TableSchema;

/** How the columns of Spark's rows become the features of an ensemble. */
final class RowFeatures implements Serializable {
  private static final long serialVersionUID = 1;
  static final String FEATURES = "features";

  /**
   * Where a column's features come from.
   *
   * @param name of the column
   * @param place in the rows
   * @param categories by text the feature that is 1; null for a number
   * @param width how many features it becomes
   * @param mayMiss whether a number may be missing
   * @param fill what stands for it then
   */
  private record Source(
      String name,
      int place,
      @Nullable HashMap<String, Integer> categories,
      int width,
      boolean mayMiss,
      float fill)
      implements Serializable {}

  private final ArrayList<Source> sources; // empty for an array of all features
  private final int array;
  private final int width;

  private RowFeatures(List<Source> sources, int array, int width) {
    this.sources = new ArrayList<>(sources);
    this.array = array;
    this.width = width;
  }

  /**
   * Looks at the columns.
   *
   * @throws IllegalArgumentException if one is lacking, or of another type
   */
  static RowFeatures of(StackingEnsemble ensemble, StructType rows) {
    List<String> names = Arrays.asList(rows.fieldNames());
    Optional<TableSchema> table = ensemble.schema();
    if (table.isEmpty()) {
      int place = names.indexOf(FEATURES);
      if (place < 0
          || !(rows.apply(place).dataType() instanceof ArrayType array)
          || !(array.elementType() instanceof NumericType)) {
        throw new IllegalArgumentException(
            "the rows need a column 'features' with an array of "
                + ensemble.columns()
                + " numbers; found the columns "
                + names);
      }
      return new RowFeatures(new ArrayList<>(), place, ensemble.columns());
    }
    ArrayList<Source> sources = new ArrayList<>();
    for (TableSchema.Column column : table.get().columns()) {
      int place = names.indexOf(column.name());
      if (place < 0) {
        throw new IllegalArgumentException(
            "there is no column '"
                + column.name()
                + "', which the ensemble learned from; the columns are "
                + names);
      }
      DataType type = rows.apply(place).dataType();
      if (!column.hasCategories() && !(type instanceof NumericType)) {
        throw new IllegalArgumentException(
            "column '"
                + column.name()
                + "' must have numbers, as in training; found type "
                + type.simpleString());
      }
      sources.add(source(column, place));
    }
    return new RowFeatures(sources, -1, table.get().width());
  }

  private static Source source(TableSchema.Column column, int place) {
    if (!column.hasCategories()) {
      int width = column.mayMiss() ? 2 : 1;
      return new Source(column.name(), place, null, width, column.mayMiss(), (float) column.fill());
    }
    HashMap<String, Integer> categories = new HashMap<>();
    for (String category : column.categories()) {
      categories.put(category, categories.size());
    }
    return new Source(column.name(), place, categories, categories.size(), false, 0);
  }

  int width() {
    return width;
  }

  /**
   * Writes the features of a row.
   *
   * @throws IllegalArgumentException if a number is missing that may not be
   */
  void write(Row row, float[] target, int at) {
    if (sources.isEmpty()) {
      writeArray(row, target, at);
      return;
    }
    int next = at;
    for (Source source : sources) {
      Object value = row.get(source.place());
      @Nullable Map<String, Integer> categories = source.categories();
      if (categories != null) {
        @Nullable Integer own = categories.get(value == null ? "" : value.toString());
        if (own != null) { // one that nobody has met is none of them, as in a file
          target[next + own] = 1;
        }
      } else {
        float number = value == null ? Float.NaN : ((Number) value).floatValue();
        if (!Float.isFinite(number) && !(source.mayMiss() && Float.isNaN(number))) {
          throw new IllegalArgumentException(
              "column '"
                  + source.name()
                  + "' has "
                  + value
                  + " in a row, where a finite number is needed: "
                  + row);
        }
        target[next] = Float.isNaN(number) ? source.fill() : number;
        if (source.mayMiss()) {
          target[next + 1] = Float.isNaN(number) ? 1 : 0;
        }
      }
      next += source.width();
    }
  }

  private void writeArray(Row row, float[] target, int at) {
    List<?> values = row.isNullAt(array) ? List.of() : row.getList(array);
    if (values.size() != width) {
      throw new IllegalArgumentException(
          "'features' has " + values.size() + " numbers in a row, expected " + width);
    }
    int next = at;
    for (Object value : values) {
      target[next++] = value == null ? Float.NaN : ((Number) value).floatValue();
    }
  }
}
