package org.stacking4j.data;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.stacking4j.data.CsvLines.Role;

/** Weights and groups of the rows of a CSV file, if it has any, while it is read. */
final class RowExtras {
  static final String WEIGHT = "weight";
  static final String GROUP = "group";
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");

  private final int weightPlace; // -1 for none
  private final int groupPlace;
  private final Map<String, Integer> groups = new HashMap<>(); // in the order they are met
  private double[] weights = new double[1024];
  private int[] groupOfRow = new int[1024];
  private int rows;

  /**
   * @param roles the columns that a line is asked for as text
   */
  RowExtras(List<Role> roles) {
    List<String> what = roles.stream().map(Role::what).toList();
    weightPlace = what.indexOf(WEIGHT);
    groupPlace = what.indexOf(GROUP);
  }

  /**
   * Adds those of the line.
   *
   * @throws IOException if its weight is none
   */
  void add(CsvLines line) throws IOException {
    if (rows == weights.length) {
      int more = (int) Math.min(Integer.MAX_VALUE - 8, rows * 2L);
      weights = Arrays.copyOf(weights, more);
      groupOfRow = Arrays.copyOf(groupOfRow, more);
    }
    if (weightPlace >= 0) {
      weights[rows] = line.weight(weightPlace);
    }
    if (groupPlace >= 0) {
      Integer known = groups.putIfAbsent(line.text(groupPlace), groups.size());
      groupOfRow[rows] = known == null ? groups.size() - 1 : known;
    }
    rows++;
  }

  /** These rows with weights and groups. */
  LabeledData of(LabeledData data) {
    LabeledData weighted = weightPlace < 0 ? data : data.withWeights(Arrays.copyOf(weights, rows));
    return groupPlace < 0 ? weighted : weighted.withGroups(numbers());
  }

  /** Folds place a group by its number, so this must not depend on the order of the rows. */
  private long[] numbers() {
    long[] number = new long[groups.size()];
    boolean whole = groups.keySet().stream().allMatch(text -> WHOLE.matcher(text).matches());
    List<String> sorted = groups.keySet().stream().sorted().toList();
    for (int i = 0; i < sorted.size(); i++) {
      int met = groups.getOrDefault(sorted.get(i), -1);
      number[met] = whole ? Long.parseLong(sorted.get(i)) : i;
    }
    return Arrays.stream(groupOfRow, 0, rows).mapToLong(met -> number[met]).toArray();
  }
}
