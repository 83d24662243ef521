package org.stacking4j.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks of what callers hand in; each failure is one sentence that says where and how to mend. */
final class Checks {
  private Checks() {}

  static void isMatrix(INDArray features) {
    String shape = Arrays.toString(features.shape());
    if (features.rank() != 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features must be a matrix [rows, columns], but have shape %s: reshape them to one row per"
                  + " example",
              shape));
    }
    if (features.size(0) < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "features of shape %s have no rows: give at least one", shape));
    }
    if (features.size(1) < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "features of shape %s have no columns: give at least one", shape));
    }
    if (!features.dataType().isNumerical()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features are of type %s: give numbers, they are kept as float32",
              features.dataType()));
    }
  }

  static void isShape(int rows, int columns) {
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d labels and %d columns: give at least one row and one column",
              rows,
              columns));
    }
  }

  static void areSome(int trainRows, int testRows) {
    if (trainRows < 1 || testRows < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d training and %d test rows were asked for: ask for at least one of each",
              trainRows,
              testRows));
    }
  }

  static void areClassNames(List<String> names) {
    if (names.size() < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "found class names %s: a classifier needs at least 2 classes", names));
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "class name %d is blank: name every class", i));
      }
      Integer earlier = seen.putIfAbsent(name, i);
      if (earlier != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "classes %s and %d are both named '%s': class names must differ",
                earlier,
                i,
                name));
      }
    }
  }

  static void areTargetNames(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("found no target names: a regression needs at least one");
    }
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "target name %d is blank: name every target", i));
      }
      if (names.indexOf(name) < i) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "targets %d and %d are both named '%s': target names must differ",
                names.indexOf(name),
                i,
                name));
      }
    }
  }

  /** The targets, row by row. */
  static float[] targets(float[][] targets, long rows, List<String> names) {
    if (targets.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found targets of %d rows for %d rows: give each row its targets",
              targets.length,
              rows));
    }
    float[] flat = new float[Math.multiplyExact(targets.length, names.size())];
    for (int row = 0; row < targets.length; row++) {
      if (targets[row].length != names.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d has %d targets, but %d are named: give each row one number per name",
                row,
                targets[row].length,
                names.size()));
      }
      for (int i = 0; i < names.size(); i++) {
        if (!Float.isFinite(targets[row][i])) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "target '%s' of row %d is %s: targets must be finite numbers",
                  names.get(i),
                  row,
                  targets[row][i]));
        }
        flat[row * names.size() + i] = targets[row][i];
      }
    }
    return flat;
  }

  static void areRows(int rows, long found) {
    if (found != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found features of %d rows for %d rows: give each row its own",
              found,
              rows));
    }
  }

  static void areLabels(int[] labels, long rows, int classes) {
    if (labels.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d labels for %d rows: give exactly one label per row",
              labels.length,
              rows));
    }
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label %d in row %d is out of range: %d classes are named, so labels must be 0 to %d",
                labels[row],
                row,
                classes,
                classes - 1));
      }
    }
  }

  static void areRowIds(long[] ids, int rows) {
    if (ids.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d row ids for %d rows: give exactly one row id per row",
              ids.length,
              rows));
    }
    long[] sorted = ids.clone();
    Arrays.sort(sorted);
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row id %d is given to row %d and again to row %d: row ids must be unique",
                sorted[i],
                indexOf(ids, sorted[i], 0),
                secondIndexOf(ids, sorted[i])));
      }
    }
  }

  static void areWeights(double[] weights, int rows) {
    if (weights.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d weights for %d rows: give exactly one weight per row",
              weights.length,
              rows));
    }
    for (int row = 0; row < rows; row++) {
      isWeight(weights[row], "row " + row);
    }
  }

  static void areClassWeights(double[] weights, List<String> classNames) {
    if (weights.length != classNames.size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d class weights for %d classes: give exactly one weight per class",
              weights.length,
              classNames.size()));
    }
    for (int c = 0; c < weights.length; c++) {
      isWeight(weights[c], "class '" + classNames.get(c) + "'");
    }
  }

  static void areColumns(int[] selected, int columns) {
    if (selected.length == 0) {
      throw new IllegalArgumentException("no columns were selected: give at least one");
    }
    boolean[] taken = new boolean[columns];
    for (int column : selected) {
      if (column < 0 || column >= columns) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "column %d is out of range: there are %d columns, so columns are 0 to %d",
                column,
                columns,
                columns - 1));
      }
      if (taken[column]) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "column %d is selected more than once", column));
      }
      taken[column] = true;
    }
  }

  static void areGroups(long[] groups, int rows) {
    if (groups.length != rows) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d groups for %d rows: give exactly one group per row",
              groups.length,
              rows));
    }
  }

  private static void isWeight(double weight, String whose) {
    if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "weight %s of %s is not a finite number above 0: leave out what is to count for"
                  + " nothing",
              weight,
              whose));
    }
  }

  /** Fails with an {@link IndexOutOfBoundsException} unless 0 <= row < rows. */
  static int position(int row, int rows) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "row %d is out of range: there are %d rows, so rows are 0 to %d",
              row,
              rows,
              rows - 1));
    }
    return row;
  }

  private static int indexOf(long[] ids, long id, int from) {
    int i = from;
    while (ids[i] != id) {
      i++;
    }
    return i;
  }

  private static int secondIndexOf(long[] ids, long id) {
    return indexOf(ids, id, indexOf(ids, id, 0) + 1);
  }
}
