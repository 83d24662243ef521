package org.stacking4j.data;

import java.util.List;

/**
 * Which columns of a CSV file hold no features, by their names. Immutable.
 *
 * @param outputs what is to be predicted: the column of the labels, or those of the targets; none
 *     for the last column of the file
 * @param weight the rows' weights, finite numbers above 0; empty for none
 * @param group what rows that belong together have in common, any text; empty for none
 */
public record CsvColumns(List<String> outputs, String weight, String group) {
  public CsvColumns {
    outputs = outputs.stream().map(String::strip).toList();
    weight = weight.strip();
    group = group.strip();
  }

  /** Labels or targets in these columns, or in the last one, and neither weights nor groups. */
  public static CsvColumns of(String... outputs) {
    return new CsvColumns(List.of(outputs), "", "");
  }

  /** The same, and weights in this column, or none if the name is empty. */
  public CsvColumns withWeight(String weight) {
    return new CsvColumns(outputs, weight, group);
  }

  /** The same, and groups in this column, or none if the name is empty. */
  public CsvColumns withGroup(String group) {
    return new CsvColumns(outputs, weight, group);
  }
}
