package org.stacking4j.data;

import java.util.List;

/**
 * What the columns of a CSV file hold, by their names, as far as it does not show. Immutable.
 *
 * @param outputs what is to be predicted: the column of the labels, or those of the targets; none
 *     for the last column of the file
 * @param weight the rows' weights, finite numbers above 0; empty for none
 * @param group what rows that belong together have in common, any text; empty for none
 * @param categorical columns of features that hold categories even though some or all of them are
 *     numbers; columns without any number are taken for such in any case
 * @param missing what to do where a column of numbers has none
 * @param ignored columns to leave alone, such as names and numbers of rows; an empty name stands
 *     for columns without one
 */
public record CsvColumns(
    List<String> outputs,
    String weight,
    String group,
    List<String> categorical,
    Missing missing,
    List<String> ignored) {
  /**
   * Strips the names and copies the lists.
   *
   * @param outputs columns of the labels or targets; empty for the last column
   * @param weight column of the weights, or empty
   * @param group column of the groups, or empty
   * @param categorical columns of categories that may have numbers
   * @param missing what to do where a number is missing
   * @param ignored columns to leave alone
   */
  public CsvColumns {
    outputs = outputs.stream().map(String::strip).toList();
    weight = weight.strip();
    group = group.strip();
    categorical = categorical.stream().map(String::strip).toList();
    ignored = ignored.stream().map(String::strip).toList();
  }

  /**
   * {@return labels or targets in these columns, or in the last one; nothing else is said}
   *
   * @param outputs names of columns; none for the last one of the file
   */
  public static CsvColumns of(String... outputs) {
    return new CsvColumns(List.of(outputs), "", "", List.of(), Missing.REFUSE, List.of());
  }

  /** The same with labels or targets in these columns. */
  CsvColumns withOutputs(String... outputs) {
    return new CsvColumns(List.of(outputs), weight, group, categorical, missing, ignored);
  }

  /**
   * {@return the same, and weights in this column, or none if the name is empty}
   *
   * @param weight name of a column, or empty
   */
  public CsvColumns withWeight(String weight) {
    return new CsvColumns(outputs, weight, group, categorical, missing, ignored);
  }

  /**
   * {@return the same, and groups in this column, or none if the name is empty}
   *
   * @param group name of a column, or empty
   */
  public CsvColumns withGroup(String group) {
    return new CsvColumns(outputs, weight, group, categorical, missing, ignored);
  }

  /**
   * {@return the same with these columns of categories}
   *
   * @param columns their names, in the place of those before
   */
  public CsvColumns withCategorical(List<String> columns) {
    return new CsvColumns(outputs, weight, group, columns, missing, ignored);
  }

  /**
   * {@return the same with another way with missing numbers}
   *
   * @param missing what to do where a column of numbers has none
   */
  public CsvColumns withMissing(Missing missing) {
    return new CsvColumns(outputs, weight, group, categorical, missing, ignored);
  }

  /**
   * {@return the same without these columns; an empty name stands for columns without one}
   *
   * @param columns their names, in the place of those before
   */
  public CsvColumns without(List<String> columns) {
    return new CsvColumns(outputs, weight, group, categorical, missing, columns);
  }
}
