package org.stacking4j.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which fold each row is held out in.
 *
 * <p>Folds are numbered from 1 to {@link #count}. A row in fold {@code f} is held out of fold
 * {@code f}'s training rows and belongs to those of every other fold, or in {@linkplain
 * #timeOrdered time order} of every later one; a row in fold 0 is never held out. Each fold holds
 * out at least one row and leaves at least one to train on.
 *
 * <p>A split may be repeated: each repeat holds out every row once, and the numbers of its folds go
 * on where those of the repeat before end. With 5 folds, the second repeat has folds 6 to 10.
 *
 * <p>The seeded factories place a row by its id, not its position: reordering the rows reorders the
 * folds along with them. If the rows are in {@linkplain LabeledData#withGroups groups}, these stay
 * whole, and are placed by the group. This class is immutable and thread-safe.
 */
public final class Folds {
  private final int[][] foldOfRow; // by repeat
  private final int count;
  private final boolean inTime; // a fold trains on those before it only

  private Folds(int[][] foldOfRow, int count, boolean inTime) {
    this.foldOfRow = foldOfRow;
    this.count = count;
    this.inTime = inTime;
  }

  private Folds(int[] foldOfRow, int count) {
    this(new int[][] {foldOfRow}, count, false);
  }

  /**
   * Holds out every row exactly once in each repeat, with the classes spread evenly: fold sizes
   * differ by at most 1, and so do the numbers of rows that each class has in them.
   *
   * <p>Rows with targets are spread by the first of these: of the rows in its order, each k
   * neighbours go to k different folds. In groups, in time order and in a holdout they count as
   * rows of one class.
   *
   * <p>Groups are held out whole, with the classes spread as evenly as placing one group after the
   * other can, the large ones first; every class has rows outside of every fold.
   *
   * @param data the rows
   * @param k how many folds each repeat has, at least 2
   * @param seeds one for each repeat, at least one; it chooses which rows of a class, or which
   *     groups, go together
   * @return the folds
   * @throws IllegalArgumentException if {@code k < 2}, there are no seeds, or a class has fewer
   *     than {@code k} rows; with groups, if there are fewer than {@code k}, a class is in fewer
   *     than 2, or some class cannot be kept out of some fold
   */
  public static Folds stratified(LabeledData data, int k, long... seeds) {
    checkCount(k);
    if (seeds.length == 0) {
      throw new IllegalArgumentException("found no seeds: give one for each repeat");
    }
    int[][] folds = new int[seeds.length][];
    for (int repeat = 0; repeat < seeds.length; repeat++) {
      int before = repeat * k;
      folds[repeat] =
          Arrays.stream(split(data, k, seeds[repeat])).map(fold -> before + fold).toArray();
    }
    return new Folds(folds, k * seeds.length, false);
  }

  private static int[] split(LabeledData data, int k, long seed) {
    if (data.isGrouped()) {
      return GroupFolds.stratified(data, k, seed);
    }
    checkRarest(data, k);
    if (data.task() == Task.REGRESSION) {
      return byTarget(data, k, seed);
    }
    int[] folds = new int[data.rows()];
    int dealt = 0;
    for (int[] rowsOfClass : RowOrder.byClass(data, seed)) {
      for (int row : rowsOfClass) {
        folds[row] = dealt % k + 1;
        dealt++;
      }
    }
    return folds;
  }

  /** Deals each k neighbours by the first target, of equal ones by id, in the seed's order. */
  private static int[] byTarget(LabeledData data, int k, long seed) {
    int rows = data.rows();
    float[] targets = new float[Math.multiplyExact(rows, data.outputs())];
    data.targets(IntStream.range(0, rows).toArray(), targets);
    int[] sorted =
        IntStream.range(0, rows)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer row) -> targets[row * data.outputs()])
                    .thenComparingLong(data::rowId))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] block = new int[rows];
    for (int i = 0; i < rows; i++) {
      block[sorted[i]] = i / k;
    }
    int[] dealt = new int[(rows - 1) / k + 1];
    int[] folds = new int[rows];
    for (int row : RowOrder.ofAll(data, seed)) {
      folds[row] = ++dealt[block[row]];
    }
    return folds;
  }

  /**
   * Holds out a part of the rows once: that part is fold 1, the rest is in fold 0.
   *
   * <p>Groups are held out whole, and then the part of each class is only near the fraction: groups
   * are gone through in the seed's order, and each that brings the parts nearer is held out.
   *
   * @param data the rows
   * @param fraction the part of each class to hold out, greater than 0 and less than 1; rounded to
   *     whole rows, at least 1 held out and at least 1 left
   * @param seed chooses which rows are held out
   * @return one fold
   * @throws IllegalArgumentException if the fraction is out of range or a class has fewer than 2
   *     rows; with groups, if a class is in fewer than 2, or cannot be had on both sides
   */
  public static Folds holdout(LabeledData data, double fraction, long seed) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found the fraction %s to hold out: it must be greater than 0 and less than 1",
              fraction));
    }
    if (data.isGrouped()) {
      return new Folds(GroupFolds.holdout(data, fraction, seed), 1);
    }
    int[] counts = data.strataCounts();
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] < 2) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has %s, but a holdout needs at least 2, one on each side; give %s more rows",
                data.stratumInWords(c),
                rowsInWords(counts[c]),
                it(data)));
      }
    }
    int[] folds = new int[data.rows()];
    for (int[] rowsOfClass : RowOrder.byClass(data, seed)) {
      long wanted = Math.round(fraction * rowsOfClass.length);
      long heldOut = Math.max(1, Math.min(rowsOfClass.length - 1, wanted));
      for (int i = 0; i < heldOut; i++) {
        folds[rowsOfClass[i]] = 1;
      }
    }
    return new Folds(folds, 1);
  }

  /**
   * Holds out blocks of rows one after the other, each to be predicted from the rows before it:
   * forward chaining, as in scikit-learn's {@code TimeSeriesSplit}. There are {@code k + 1} blocks
   * of equal size; the first, which has the rows that are left over too, is never held out.
   *
   * @param data the rows, the oldest first: here positions matter, and ids do not
   * @param k how many folds, at least 2
   * @return the folds
   * @throws IllegalArgumentException if {@code k < 2}, there are too few rows, a class is missing
   *     from the first block or from all others, or the rows have groups
   */
  public static Folds timeOrdered(LabeledData data, int k) {
    checkCount(k);
    int rows = data.rows();
    int block = rows / (k + 1);
    if (block == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d rows for %d folds in time order; they need at least %d, one for each and one"
                  + " before them",
              rows,
              k,
              k + 1));
    }
    if (data.isGrouped()) {
      throw new IllegalArgumentException(
          "the rows have groups, which folds in time order would part; use another strategy, or"
              + " rows without groups");
    }
    int first = rows - k * block;
    int[] inFirst = data.first(first).strataCounts();
    int[] inAll = data.strataCounts();
    for (int c = 0; c < inAll.length; c++) {
      if (inFirst[c] == 0 || inFirst[c] == inAll[c]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s has no rows %s the first %d, which fold 1 of %d learns from; use %s folds, or"
                    + " leave the class out",
                data.stratumInWords(c),
                inFirst[c] == 0 ? "among" : "after",
                first,
                k,
                inFirst[c] == 0 ? "fewer" : "more"));
      }
    }
    int[] folds = new int[rows];
    for (int row = first; row < rows; row++) {
      folds[row] = (row - first) / block + 1;
    }
    return new Folds(new int[][] {folds}, k, true);
  }

  /**
   * Folds made elsewhere, by whoever must then keep together what belongs together: they know
   * nothing of groups.
   *
   * @param foldOfRow {@code [rows]}, the fold of each row: 1 to {@code count}, or 0 for a row that
   *     is never held out; copied
   * @param count how many folds there are, at least 1
   * @return the folds
   * @throws IllegalArgumentException if there are no rows or folds, a number is out of range, or a
   *     fold holds out no row or every row
   */
  public static Folds of(int[] foldOfRow, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "found %d folds: use at least 1", count));
    }
    if (foldOfRow.length == 0) {
      throw new IllegalArgumentException("found no rows: give the fold of at least one");
    }
    int[] folds = foldOfRow.clone();
    int[] sizes = new int[count + 1];
    for (int row = 0; row < folds.length; row++) {
      if (folds[row] < 0 || folds[row] > count) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "fold %d of row %d is out of range: there are %d folds, so it must be 0 (never held out)"
                    + " to %d",
                folds[row],
                row,
                count,
                count));
      }
      sizes[folds[row]]++;
    }
    for (int fold = 1; fold <= count; fold++) {
      if (sizes[fold] == 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "fold %d of %d holds out no row: give it at least one", fold, count));
      }
      if (sizes[fold] == folds.length) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "fold %d holds out all %d rows: leave at least one to train on",
                fold,
                folds.length));
      }
    }
    return new Folds(folds, count);
  }

  /**
   * {@return no folds at all: nothing is held out}
   *
   * @param rows how many rows there are
   */
  public static Folds none(int rows) {
    return new Folds(new int[rows], 0);
  }

  /** {@return the number of folds in all repeats together; 0 where nothing is held out} */
  public int count() {
    return count;
  }

  /** {@return how many repeats there are, 1 or more} */
  public int repeats() {
    return foldOfRow.length;
  }

  /** {@return the number of rows} */
  public int rows() {
    return foldOfRow[0].length;
  }

  /**
   * The fold that a row is held out in, in the first repeat.
   *
   * @param row a position, 0-based
   * @return 1 to count, or 0 if it is never held out
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int foldOf(int row) {
    return foldOfRow[0][Checks.position(row, rows())];
  }

  /** {@return a copy of the fold of each row in the first repeat, {@code [rows]}} */
  public int[] foldOfRows() {
    return foldOfRows(1);
  }

  /**
   * {@return a copy of the fold of each row in one repeat, {@code [rows]}}
   *
   * @param repeat 1 to repeats
   * @throws IndexOutOfBoundsException if there is no such repeat
   */
  public int[] foldOfRows(int repeat) {
    return foldOfRow[Objects.checkIndex(repeat - 1, repeats())].clone();
  }

  /**
   * The rows that a fold holds out.
   *
   * @param fold 1 to count
   * @return their positions, 0-based, ascending
   * @throws IndexOutOfBoundsException if there is no such fold
   */
  public int[] heldOut(int fold) {
    int[] folds = repeatOf(fold);
    return IntStream.range(0, rows()).filter(row -> folds[row] == fold).toArray();
  }

  /**
   * The rows that a fold trains on: all that it does not hold out, or in time order those before
   * them.
   *
   * @param fold 1 to count
   * @return their positions, 0-based, ascending
   * @throws IndexOutOfBoundsException if there is no such fold
   */
  public int[] training(int fold) {
    int[] folds = repeatOf(fold);
    return IntStream.range(0, rows())
        .filter(row -> inTime ? folds[row] < fold : folds[row] != fold)
        .toArray();
  }

  /** The size, for messages: {@code Folds[count=5, rows=60000]}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Folds[count=%d, %srows=%d]",
        count,
        repeats() > 1 ? "repeats=" + repeats() + ", " : "",
        rows());
  }

  /** The fold of each row in the repeat that this fold belongs to. */
  private int[] repeatOf(int fold) {
    if (fold < 1 || fold > count) {
      throw new IndexOutOfBoundsException(
          String.format(
              Locale.ROOT,
              "fold %d is out of range: there are %d folds, so folds are 1 to %d",
              fold,
              count,
              count));
    }
    return foldOfRow[(fold - 1) / (count / repeats())];
  }

  private static void checkCount(int k) {
    if (k < 2) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "found %d folds: use at least 2", k));
    }
  }

  private static void checkRarest(LabeledData data, int k) {
    int[] counts = data.strataCounts();
    int rarest = 0;
    for (int c = 1; c < counts.length; c++) {
      rarest = counts[c] < counts[rarest] ? c : rarest;
    }
    int rows = counts[rarest];
    if (rows < k) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %s, fewer than the %d folds; %sgive %s more rows%s",
              data.stratumInWords(rarest),
              rowsInWords(rows),
              k,
              rows >= 2 ? "use at most " + rows + " folds, or " : "",
              it(data),
              rows == 0 ? " or leave its name out" : ""));
    }
  }

  private static String it(LabeledData data) {
    return data.task() == Task.CLASSIFICATION ? "that class" : "it";
  }

  private static String rowsInWords(int rows) {
    return switch (rows) {
      case 0 -> "no rows";
      case 1 -> "1 row";
      default -> rows + " rows";
    };
  }
}
