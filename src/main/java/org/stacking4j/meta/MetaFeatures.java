package org.stacking4j.meta;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.stacking4j.data.LabeledData;
import org.stacking4j.data.Task;

/**
 * The logits of all members, side by side, or in a regression their predictions: what a meta
 * network learns from. Each row carries its id, its label and the folds it was held out in, so it
 * can be joined back to where it came from. Behind the logits there may be feature columns of the
 * row itself, passed through. Immutable and thread-safe.
 */
public final class MetaFeatures {
  private final List<String> members;
  private final LabeledData table;
  private final int[][] folds; // by repeat
  private final List<Integer> passedThrough;

  private MetaFeatures(
      List<String> members, LabeledData table, int[][] folds, List<Integer> passedThrough) {
    this.members = List.copyOf(members);
    this.table = table;
    this.folds = folds;
    this.passedThrough = List.copyOf(passedThrough);
  }

  /**
   * {@return a table of given logits}
   *
   * @param members names, in the order of their columns
   * @param rows where labels or targets, their names, row ids, weights and groups come from
   * @param folds the fold each row was held out in, 1-based, 0 for none; {@code [rows]}
   * @param logits {@code [rows, members × classes]}; copied
   * @throws IllegalArgumentException if the shapes do not fit together or a logit is not finite
   */
  public static MetaFeatures of(
      List<String> members, LabeledData rows, int[] folds, INDArray logits) {
    checkNames(members);
    int columns = members.size() * rows.outputs();
    if (logits.size(1) != columns || logits.size(0) != folds.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "logits of %d members and %d %s must have shape [%d, %d], found [%d, %d]",
              members.size(),
              rows.outputs(),
              rows.task() == Task.CLASSIFICATION ? "classes" : "targets",
              folds.length,
              columns,
              logits.size(0),
              logits.size(1)));
    }
    return new MetaFeatures(
        members, rows.withFeatures(logits), new int[][] {folds.clone()}, List.of());
  }

  /** A table whose logits come some rows at a time. */
  static MetaFeatures of(
      List<String> members, LabeledData rows, int[][] folds, LabeledData.RowSource logits) {
    int columns = members.size() * rows.outputs();
    return of(members, rows.withFeatures(columns, logits), folds, List.of());
  }

  /**
   * A table as it is, logits and behind them what is passed through; in each repeat there are as
   * many folds as rows. Takes the folds over.
   */
  static MetaFeatures of(
      List<String> members, LabeledData table, int[][] folds, List<Integer> passedThrough) {
    checkNames(members);
    return new MetaFeatures(members, table, folds, passedThrough);
  }

  /**
   * {@return the same rows with some of their own feature columns behind the logits} A row's
   * features are its own and no network's answer, so nothing can leak by them.
   *
   * @param data where the features come from: it has all these rows, found by their ids
   * @param columns positions in {@code data}, 0-based, each at most once
   * @throws IllegalArgumentException if a row or a column is not in the data, no column is given,
   *     one is given twice, or there are columns behind the logits already
   */
  public MetaFeatures withFeatures(LabeledData data, int... columns) {
    if (!passedThrough.isEmpty()) {
      throw new IllegalArgumentException(
          "features " + passedThrough + " are passed through already; give all columns at once");
    }
    Map<Long, Integer> positions = new HashMap<>();
    for (int row = 0; row < data.rows(); row++) {
      positions.put(data.rowId(row), row);
    }
    int[] rows = new int[rows()];
    for (int row = 0; row < rows.length; row++) {
      @Nullable Integer position = positions.get(table.rowId(row));
      if (position == null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d is not in the data its features are to come from",
                table.rowId(row)));
      }
      rows[row] = position;
    }
    LabeledData passed = data.withColumns(columns);
    int logits = table.columns();
    int width = logits + columns.length;
    LabeledData wide =
        table.withFeatures(
            width,
            (from, to, target) -> {
              copy(table.features(from, to), target, 0, width);
              copy(passed.features(Arrays.copyOfRange(rows, from, to)), target, logits, width);
            });
    return new MetaFeatures(members, wide, folds, IntStream.of(columns).boxed().toList());
  }

  /** Copies a part, which is then freed, into rows of some width, from one of their columns on. */
  private static void copy(INDArray part, float[] target, int column, int width) {
    float[] values = part.data().asFloat();
    int columns = (int) part.size(1);
    part.close();
    for (int row = 0; row < values.length / columns; row++) {
      System.arraycopy(values, row * columns, target, row * width + column, columns);
    }
  }

  private static void checkNames(List<String> members) {
    if (Set.copyOf(members).size() < members.size()
        || members.stream().anyMatch(name -> name.isBlank() || name.contains("."))) {
      throw new IllegalArgumentException(
          "member names must differ, and hold no dot to tell them from class names, found "
              + members);
    }
  }

  /**
   * {@return what {@link #writeCsv} wrote, bit for bit} Rows are read as a stream.
   *
   * @param file the CSV file
   * @throws IOException if the file cannot be read or is damaged; the message names it, and the
   *     line
   */
  public static MetaFeatures readCsv(Path file) throws IOException {
    return MetaFeaturesCsv.read(file);
  }

  /**
   * Writes {@code row,label,fold,MEMBER.logit_CLASS,…}, or in a regression {@code
   * row,target_NAME,…,fold,MEMBER.value_NAME,…}, one line per row, whole or not at all. Labels are
   * class names; fold is 0 for rows that no fold held out. Where the folds were repeated, their
   * columns are {@code fold,fold_2,…}. If the rows have weights or groups, columns {@code weight}
   * and {@code group} stand before the logits; features that are passed through stand behind them,
   * as {@code feature_COLUMN}.
   *
   * @param file the CSV file; its folder must exist
   * @throws IOException if it cannot be written; the message names it
   */
  public void writeCsv(Path file) throws IOException {
    MetaFeaturesCsv.write(this, file);
  }

  /** {@return how many rows} */
  public int rows() {
    return table.rows();
  }

  /** {@return names of the members, in the order of their columns} */
  public List<String> members() {
    return members;
  }

  /** {@return what is asked about the rows} */
  public Task task() {
    return table.task();
  }

  /** {@return names of the classes, or of the targets, in the order of each member's columns} */
  public List<String> outputNames() {
    return table.outputNames();
  }

  /**
   * {@return names of the classes, in the order of each member's columns}
   *
   * @throws IllegalStateException if the rows have targets
   */
  public List<String> classNames() {
    return table.classNames();
  }

  /**
   * {@return names of the columns: {@code wide-1.logit_7}, member by member, class by class, or for
   * targets {@code wide-1.value_price}; then {@code feature_3} for a column that is passed through}
   */
  public List<String> columns() {
    return columns(members, outputNames(), task(), passedThrough);
  }

  /**
   * {@return the names that the columns of such a table have}
   *
   * @param members names, in the order of their columns
   * @param outputNames the classes, or the targets, in the order of each member's columns
   * @param task what is asked about the rows
   * @param passedThrough feature columns behind the logits
   */
  public static List<String> columns(
      List<String> members, List<String> outputNames, Task task, List<Integer> passedThrough) {
    List<String> columns = new ArrayList<>();
    for (String member : members) {
      for (String name : outputNames) {
        columns.add(member + MetaFeaturesCsv.infix(task) + name);
      }
    }
    passedThrough.forEach(column -> columns.add(MetaFeaturesCsv.FEATURE + column));
    return columns;
  }

  /** {@return a copy of the logits, {@code [rows, members × outputs]}, float32} */
  public INDArray logits() {
    return passedThrough.isEmpty()
        ? table.features()
        : table.withColumns(IntStream.range(0, logitColumns()).toArray()).features();
  }

  /** {@return how many of the columns are logits: members × outputs} */
  public int logitColumns() {
    return table.columns() - passedThrough.size();
  }

  /**
   * {@return a copy of all columns, {@code [rows, columns]}, float32: the logits, then what is
   * passed}
   */
  public INDArray inputs() {
    return table.features();
  }

  /**
   * {@return which of the rows' own feature columns stand behind the logits, 0-based; empty for
   * none}
   *
   * @see #withFeatures
   */
  public List<Integer> passedThrough() {
    return passedThrough;
  }

  /** {@return copies of the ids of the rows, {@code [rows]}} */
  public long[] rowIds() {
    return table.rowIds();
  }

  /**
   * {@return a copy of the labels, {@code [rows]}}
   *
   * @throws IllegalStateException if the rows have targets
   */
  public int[] labels() {
    return table.labels();
  }

  /** {@return how many repeats of the folds each row's logits are the mean of, 1 or more} */
  public int repeats() {
    return folds.length;
  }

  /**
   * {@return some of the rows, in the given order; the logits are shared and not copied}
   *
   * @param rows positions, 0-based, each at most once
   * @throws IllegalArgumentException if no row is selected, or one more than once
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public MetaFeatures select(int[] rows) {
    int[][] selected =
        Arrays.stream(folds)
            .map(repeat -> IntStream.of(rows).map(row -> repeat[row]).toArray())
            .toArray(int[][]::new);
    return new MetaFeatures(members, table.select(rows), selected, passedThrough);
  }

  /**
   * {@return the same rows without one member's columns; what is passed through stays, and nothing
   * is copied}
   *
   * @param member its name
   * @throws IllegalArgumentException if there is no such member, or no other
   */
  public MetaFeatures without(String member) {
    int left = members.indexOf(member);
    if (left < 0 || members.size() == 1) {
      throw new IllegalArgumentException(
          "member '" + member + "' cannot be left out of " + members);
    }
    int width = table.outputs();
    int[] kept =
        IntStream.range(0, table.columns())
            .filter(column -> column >= logitColumns() || column / width != left)
            .toArray();
    List<String> others = members.stream().filter(name -> !name.equals(member)).toList();
    return new MetaFeatures(others, table.withColumns(kept), folds, passedThrough);
  }

  /**
   * {@return the fold each row was held out in, in the first repeat: 1-based, or 0; {@code [rows]},
   * a copy}
   */
  public int[] folds() {
    return folds(1);
  }

  /**
   * {@return the fold each row was held out in, in one repeat; {@code [rows]}, a copy} Numbers go
   * on from repeat to repeat: with 5 folds, the second repeat has folds 6 to 10.
   *
   * @param repeat 1 to repeats
   * @throws IndexOutOfBoundsException if there is no such repeat
   */
  public int[] folds(int repeat) {
    return folds[Objects.checkIndex(repeat - 1, folds.length)].clone();
  }

  /**
   * {@return these as labelled rows, with their weights and groups, to fit a network on: the {@link
   * #inputs} are the features}
   */
  public LabeledData toLabeledData() {
    return table;
  }

  /**
   * {@return these as a DL4J data set: features are the {@link #inputs}, labels one-hot, or the
   * targets} It has no place for weights and groups.
   */
  public DataSet toDataSet() {
    return new DataSet(inputs(), table.targets(IntStream.range(0, rows()).toArray()));
  }
}
