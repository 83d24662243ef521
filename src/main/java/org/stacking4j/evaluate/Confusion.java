package org.stacking4j.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Which classes are taken for which. Immutable.
 *
 * @param counts how many rows of class i were predicted to be of class j, at {@code [i][j]}: {@code
 *     [classes, classes]}
 */
public record Confusion(List<List<Integer>> counts) {

  /**
   * Copies the counts.
   *
   * @param counts {@code [classes, classes]}, right class by predicted class
   * @throws IllegalArgumentException if there are not as many columns as rows
   */
  public Confusion {
    counts = counts.stream().map(List::copyOf).toList();
    for (List<Integer> row : counts) {
      if (row.size() != counts.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "counts of %d classes must have %d columns, found %d",
                counts.size(),
                counts.size(),
                row.size()));
      }
    }
  }

  /**
   * {@return how often which class was predicted for which}
   *
   * @param predicted a class of each row, {@code [rows]}
   * @param labels the right class of each row, {@code [rows]}
   * @param classes how many classes there are
   * @throws IllegalArgumentException if the numbers of rows differ, or a class is out of range
   */
  public static Confusion of(int[] predicted, int[] labels, int classes) {
    if (predicted.length != labels.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d predictions cannot be compared with %d labels",
              predicted.length,
              labels.length));
    }
    Integer[][] counts = new Integer[classes][classes];
    for (Integer[] row : counts) {
      Arrays.fill(row, 0);
    }
    for (int row = 0; row < labels.length; row++) {
      int label = labels[row];
      int taken = predicted[row];
      if (label < 0 || label >= classes || taken < 0 || taken >= classes) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "label %d and predicted class %d in row %d must be 0 to %d",
                label,
                taken,
                row,
                classes - 1));
      }
      counts[label][taken]++;
    }
    return new Confusion(Arrays.stream(counts).map(List::of).toList());
  }

  /** {@return how many classes there are} */
  public int classes() {
    return counts.size();
  }

  /**
   * {@return the share of a class's rows that were predicted to be of it; NaN if it has no rows}
   *
   * @param c the class, from 0
   */
  public double recall(int c) {
    int all = counts.get(c).stream().mapToInt(Integer::intValue).sum();
    return (double) counts.get(c).get(c) / all;
  }

  /**
   * {@return the share of the rows predicted to be of a class that are of it; NaN if there are no
   * such rows}
   *
   * @param c the class, from 0
   */
  public double precision(int c) {
    int all = counts.stream().mapToInt(row -> row.get(c)).sum();
    return (double) counts.get(c).get(c) / all;
  }

  /**
   * {@return a table in plain text: a line for each right class, a column for each predicted one}
   *
   * @param classNames in the order of the classes
   * @throws IllegalArgumentException if there are not as many names as classes
   */
  public String toText(List<String> classNames) {
    if (classNames.size() != classes()) {
      throw new IllegalArgumentException(
          "there are " + classes() + " classes, but names " + classNames);
    }
    List<List<String>> table = new ArrayList<>();
    table.add(new ArrayList<>(List.of("right \\ predicted")));
    table.get(0).addAll(classNames);
    table.get(0).add("recall");
    for (int c = 0; c < classes(); c++) {
      List<String> line = new ArrayList<>(List.of(classNames.get(c)));
      counts.get(c).forEach(count -> line.add(Integer.toString(count)));
      line.add(share(recall(c)));
      table.add(line);
    }
    List<String> last = new ArrayList<>(List.of("precision"));
    IntStream.range(0, classes()).forEach(c -> last.add(share(precision(c))));
    last.add("");
    table.add(last);
    return layOut(table);
  }

  private static String share(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.4f", share);
  }

  /** Columns as wide as they need be; the first to the left, the others to the right. */
  private static String layOut(List<List<String>> table) {
    int[] widths = new int[table.get(0).size()];
    for (List<String> line : table) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : table) {
      StringBuilder cells = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = line.get(column);
        String pad = " ".repeat(widths[column] - cell.length());
        cells.append(column == 0 ? cell + pad : "  " + pad + cell);
      }
      text.append(cells.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
