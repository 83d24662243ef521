package org.stacking4j.data;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Labelled rows: a feature matrix with a class label, or with numeric targets, and one row id per
 * row.
 *
 * <p>What is asked about the rows is their {@linkplain #task task}: which class (classification),
 * or one or more numbers (regression). Methods that speak of classes and labels are for
 * classification only, and throw an {@code IllegalStateException} otherwise; {@link #outputs},
 * {@link #outputNames} and {@link #targets} are for both.
 *
 * <p>A row's <em>position</em> (0-based) says where it stands in this object; its <em>id</em> never
 * changes and travels with it through {@link #select views}. Ids are unique within one object.
 *
 * <p>Rows may have {@linkplain #withWeights weights} and belong to {@linkplain #withGroups groups}.
 *
 * <p>Features are kept once, as float32, and shared by all views; every array handed out is a fresh
 * C-ordered float32 copy in no workspace, whatever ND4J's default type and order are.
 *
 * <p>This class is immutable and safe to use from several threads at once.
 */
public final class LabeledData {
  private final FeatureStore store;
  private final int[] storeRows; // position here -> row of the store
  private final int[] labels; // all 0 where there are targets: one stratum
  private final List<String> outputNames;
  private final float @Nullable [] targets; // row by row, where there are no classes
  private final long[] rowIds;
  private final double @Nullable [] weights;
  private final long @Nullable [] groups;
  private volatile @Nullable String digest;

  /** Gives features, some rows at a time. */
  @FunctionalInterface
  public interface RowSource {
    /**
     * Writes the features of rows {@code from} (inclusive) to {@code to} (exclusive) to the start
     * of {@code target}, row by row: all {@code (to - from) × columns} values, because there may be
     * others in their places. Wrap an {@code IOException} in an {@link
     * java.io.UncheckedIOException}; whatever is thrown reaches the caller as it is.
     *
     * @param from the first row, 0-based
     * @param to behind the last row
     * @param target room for {@code [to - from, columns]} values or more
     */
    void read(int from, int to, float[] target);
  }

  private LabeledData(
      FeatureStore store,
      int[] storeRows,
      int[] labels,
      List<String> outputNames,
      float @Nullable [] targets,
      long[] rowIds,
      double @Nullable [] weights,
      long @Nullable [] groups) {
    this.store = store;
    this.storeRows = storeRows;
    this.labels = labels;
    this.outputNames = outputNames;
    this.targets = targets;
    this.rowIds = rowIds;
    this.weights = weights;
    this.groups = groups;
  }

  /**
   * Rows with the ids 0 to rows - 1.
   *
   * @param features {@code [rows, columns]}, numbers of any type; copied as float32
   * @param labels {@code [rows]}, class indexes 0 to {@code classNames.size() - 1}; copied
   * @param classNames the name of each class, at least 2, all different; copied
   * @return the rows, independent of the arguments
   * @throws IllegalArgumentException if the features are not a matrix with at least one row and one
   *     column, hold NaN or a value that is infinite as float32, if there is not exactly one label
   *     per row, a label is out of range, or there are fewer than 2, blank or repeated class names
   */
  public static LabeledData of(INDArray features, int[] labels, List<String> classNames) {
    return of(features, labels, classNames, ids(labels.length));
  }

  /**
   * Rows with ids of their own.
   *
   * @param features {@code [rows, columns]}, numbers of any type; copied as float32
   * @param labels {@code [rows]}, class indexes 0 to {@code classNames.size() - 1}; copied
   * @param classNames the name of each class, at least 2, all different; copied
   * @param rowIds {@code [rows]}, any numbers, all different; copied
   * @return the rows, independent of the arguments
   * @throws IllegalArgumentException as {@link #of(INDArray, int[], List)} does, and if there is
   *     not exactly one id per row or an id is repeated
   */
  public static LabeledData of(
      INDArray features, int[] labels, List<String> classNames, long[] rowIds) {
    Checks.isMatrix(features);
    List<String> names = List.copyOf(classNames);
    int[] ownLabels = labels.clone();
    long[] ownIds = rowIds.clone();
    Checks.areClassNames(names);
    Checks.areLabels(ownLabels, features.size(0), names.size());
    Checks.areRowIds(ownIds, ownLabels.length);
    return whole(FeatureStore.copyOf(features), ownLabels, names, null, ownIds);
  }

  /**
   * Rows of a regression, with the ids 0 to rows - 1.
   *
   * @param features {@code [rows, columns]}, numbers of any type; copied as float32
   * @param targets {@code [rows][targets]}, the numbers to predict; copied
   * @param targetNames the name of each target, at least 1, all different; copied
   * @return the rows, independent of the arguments
   * @throws IllegalArgumentException if the features are not a matrix with at least one row and one
   *     column, a feature or a target is not finite, there are not as many targets in each row as
   *     names, not as many rows of targets as of features, or no, blank or repeated names
   */
  public static LabeledData of(INDArray features, float[][] targets, List<String> targetNames) {
    return of(features, targets, targetNames, ids(targets.length));
  }

  /**
   * Rows of a regression, with ids of their own.
   *
   * @param features {@code [rows, columns]}, numbers of any type; copied as float32
   * @param targets {@code [rows][targets]}, the numbers to predict; copied
   * @param targetNames the name of each target, at least 1, all different; copied
   * @param rowIds {@code [rows]}, any numbers, all different; copied
   * @return the rows, independent of the arguments
   * @throws IllegalArgumentException as {@link #of(INDArray, float[][], List)} does, and if there
   *     is not exactly one id per row or an id is repeated
   */
  public static LabeledData of(
      INDArray features, float[][] targets, List<String> targetNames, long[] rowIds) {
    Checks.isMatrix(features);
    List<String> names = List.copyOf(targetNames);
    long[] ownIds = rowIds.clone();
    Checks.areTargetNames(names);
    float[] ownTargets = Checks.targets(targets, features.size(0), names);
    Checks.areRowIds(ownIds, targets.length);
    return whole(FeatureStore.copyOf(features), new int[targets.length], names, ownTargets, ownIds);
  }

  /**
   * {@return rows with the ids 0 to rows - 1, whose features never are in memory twice: {@link
   * #of(INDArray, int[], List)} must copy what it is given, this asks for about a megabyte at a
   * time}
   *
   * @param columns how many features each row has, at least 1
   * @param source is asked for all rows in their order, for each once, by this thread
   * @param labels {@code [rows]}, class indexes 0 to {@code classNames.size() - 1}; copied
   * @param classNames the name of each class, at least 2, all different; copied
   * @throws IllegalArgumentException if there are no rows or no columns, a feature is NaN or
   *     infinite, a label is out of range, or there are fewer than 2, blank or repeated class names
   */
  public static LabeledData of(
      int columns, RowSource source, int[] labels, List<String> classNames) {
    return of(columns, source, labels, classNames, ids(labels.length));
  }

  /**
   * {@return rows with ids of their own, whose features never are in memory twice}
   *
   * @param columns how many features each row has, at least 1
   * @param source is asked for all rows in their order, for each once, by this thread
   * @param labels {@code [rows]}, class indexes 0 to {@code classNames.size() - 1}; copied
   * @param classNames the name of each class, at least 2, all different; copied
   * @param rowIds {@code [rows]}, any numbers, all different; copied
   * @throws IllegalArgumentException as {@link #of(int, RowSource, int[], List)} does, and if there
   *     is not exactly one id per row or an id is repeated
   */
  public static LabeledData of(
      int columns, RowSource source, int[] labels, List<String> classNames, long[] rowIds) {
    List<String> names = List.copyOf(classNames);
    int[] ownLabels = labels.clone();
    long[] ownIds = rowIds.clone();
    Checks.isShape(ownLabels.length, columns);
    Checks.areClassNames(names);
    Checks.areLabels(ownLabels, ownLabels.length, names.size());
    Checks.areRowIds(ownIds, ownLabels.length);
    FeatureStore store = FeatureStore.checked(ownLabels.length, columns, source::read);
    return whole(store, ownLabels, names, null, ownIds);
  }

  /**
   * {@return rows of a regression with ids of their own, whose features never are in memory twice}
   *
   * @param columns how many features each row has, at least 1
   * @param source is asked for all rows in their order, for each once, by this thread
   * @param targets {@code [rows][targets]}, the numbers to predict; copied
   * @param targetNames the name of each target, at least 1, all different; copied
   * @param rowIds {@code [rows]}, any numbers, all different; copied
   * @throws IllegalArgumentException as {@link #of(INDArray, float[][], List, long[])} does
   */
  public static LabeledData of(
      int columns, RowSource source, float[][] targets, List<String> targetNames, long[] rowIds) {
    List<String> names = List.copyOf(targetNames);
    long[] ownIds = rowIds.clone();
    Checks.isShape(targets.length, columns);
    Checks.areTargetNames(names);
    float[] own = Checks.targets(targets, targets.length, names);
    Checks.areRowIds(ownIds, targets.length);
    FeatureStore store = FeatureStore.checked(targets.length, columns, source::read);
    return whole(store, new int[targets.length], names, own, ownIds);
  }

  /** Rows whose features are in a store already; takes the arrays over. */
  static LabeledData of(FeatureStore store, int[] labels, List<String> classNames) {
    List<String> names = List.copyOf(classNames);
    Checks.areClassNames(names);
    Checks.areLabels(labels, store.rows(), names.size());
    return whole(store, labels, names, null, ids(labels.length));
  }

  /** Rows of a regression whose features are in a store already; takes the array over. */
  static LabeledData of(FeatureStore store, float[] targets, List<String> targetNames) {
    List<String> names = List.copyOf(targetNames);
    Checks.areTargetNames(names);
    int rows = Math.toIntExact(store.rows());
    return whole(store, new int[rows], names, targets, ids(rows));
  }

  private static LabeledData whole(
      FeatureStore store,
      int[] labels,
      List<String> outputNames,
      float @Nullable [] targets,
      long[] rowIds) {
    int[] everyRow = everyRow(labels.length);
    return new LabeledData(store, everyRow, labels, outputNames, targets, rowIds, null, null);
  }

  private static int[] everyRow(int rows) {
    return IntStream.range(0, rows).toArray();
  }

  private static long[] ids(int rows) {
    return LongStream.range(0, rows).toArray();
  }

  /**
   * The same rows, weighted: a row of weight 2 counts in a network's loss, and so in its gradient,
   * like two rows of weight 1. Only the weights' ratios matter, since each fit scales those of its
   * rows to a mean of 1. Views keep them.
   *
   * @param weights {@code [rows]}, finite and above 0; copied, and put in the place of earlier ones
   * @return the rows; they share the features
   * @throws IllegalArgumentException if there is not exactly one weight per row, or one is not a
   *     finite number above 0
   */
  public LabeledData withWeights(double[] weights) {
    double[] own = weights.clone();
    Checks.areWeights(own, rows());
    return new LabeledData(store, storeRows, labels, outputNames, targets, rowIds, own, groups);
  }

  /**
   * The same rows with other labels.
   *
   * @param labels {@code [rows]}, class indexes 0 to {@code classes - 1}; copied
   * @return the rows; they share the features, and keep ids, weights and groups
   * @throws IllegalArgumentException if there is not exactly one label per row, or one is out of
   *     range
   */
  public LabeledData withLabels(int[] labels) {
    int[] own = labels.clone();
    Checks.areLabels(own, rows(), classes());
    return new LabeledData(store, storeRows, own, outputNames, targets, rowIds, weights, groups);
  }

  /**
   * The same rows with other targets.
   *
   * @param targets {@code [rows][targets]}; copied
   * @return the rows; they share the features, and keep ids, weights and groups
   * @throws IllegalArgumentException if there is not exactly one target per row and target name, or
   *     one is not finite
   * @throws IllegalStateException if the rows have classes
   */
  public LabeledData withTargets(float[][] targets) {
    if (task() != Task.REGRESSION) {
      throw new IllegalStateException(
          "the rows have the classes " + outputNames + " and no targets; use withLabels");
    }
    float[] own = Checks.targets(targets, rows(), outputNames);
    return new LabeledData(store, storeRows, labels, outputNames, own, rowIds, weights, groups);
  }

  /**
   * The same rows, each with the label or the targets of another.
   *
   * @param rows {@code [rows]}: the position of the row whose label or targets each gets
   * @return the rows; they share the features, and keep ids, weights and groups
   * @throws IllegalArgumentException if there is not exactly one position per row
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public LabeledData withLabelsOf(int[] rows) {
    int[] from = someRows(rows);
    if (from.length != rows()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "found %d positions for %d rows: give exactly one position per row",
              from.length,
              rows()));
    }
    return new LabeledData(
        store,
        storeRows,
        Arrays.stream(from).map(row -> labels[row]).toArray(),
        outputNames,
        targetsOf(from),
        rowIds,
        weights,
        groups);
  }

  /**
   * The same rows with other features.
   *
   * @param columns how many features each row has, at least 1
   * @param source is asked for all rows in their order, for each once, by this thread
   * @return the rows; they keep labels or targets, ids, weights and groups
   * @throws IllegalArgumentException if there are no columns, or a feature is NaN or infinite
   */
  public LabeledData withFeatures(int columns, RowSource source) {
    Checks.isShape(rows(), columns);
    return withFeatures(FeatureStore.checked(rows(), columns, source::read));
  }

  /**
   * The same rows with other features.
   *
   * @param features {@code [rows, columns]}, numbers of any type; copied as float32
   * @return the rows; they keep labels or targets, ids, weights and groups
   * @throws IllegalArgumentException if the features are not a matrix with these rows and at least
   *     one column, or hold NaN or a value that is infinite as float32
   */
  public LabeledData withFeatures(INDArray features) {
    Checks.isMatrix(features);
    Checks.areRows(rows(), features.size(0));
    return withFeatures(FeatureStore.copyOf(features));
  }

  /** The same rows with the features of a store that has one row for each. */
  LabeledData withFeatures(FeatureStore other) {
    return new LabeledData(
        other, everyRow(rows()), labels, outputNames, targets, rowIds, weights, groups);
  }

  /**
   * The same rows, each with its weight (1 if it has none yet) times that of its class.
   *
   * @param classWeights {@code [classes]}, finite and above 0
   * @return the rows; they share the features
   * @throws IllegalArgumentException if there is not exactly one weight per class, or one is not a
   *     finite number above 0
   */
  public LabeledData withClassWeights(double... classWeights) {
    Checks.areClassWeights(classWeights, classNames());
    double[] products = weights();
    for (int row = 0; row < products.length; row++) {
      products[row] *= classWeights[labels[row]];
    }
    return withWeights(products);
  }

  /**
   * The same rows, weighted so that all classes that have rows weigh the same, whatever weights the
   * rows have already: scikit-learn's {@code class_weight="balanced"}.
   *
   * @return the rows; they share the features
   */
  public LabeledData balanced() {
    double[] ofClass = new double[classes()];
    double all = 0;
    for (int row = 0; row < rows(); row++) {
      ofClass[labels[row]] += weight(row);
      all += weight(row);
    }
    double share = all / Arrays.stream(ofClass).filter(weight -> weight > 0).count();
    return withClassWeights(
        Arrays.stream(ofClass).map(weight -> weight > 0 ? share / weight : 1).toArray());
  }

  /**
   * The same rows in groups: those of one patient, speaker or document, which resemble each other
   * more than new rows will. {@link Folds} never part a group. Views keep them.
   *
   * @param groups {@code [rows]}, the group of each row, any numbers; copied, and put in the place
   *     of earlier ones
   * @return the rows; they share the features
   * @throws IllegalArgumentException if there is not exactly one group per row
   */
  public LabeledData withGroups(long[] groups) {
    long[] own = groups.clone();
    Checks.areGroups(own, rows());
    return new LabeledData(store, storeRows, labels, outputNames, targets, rowIds, weights, own);
  }

  /** {@return the number of rows, at least 1} */
  public int rows() {
    return labels.length;
  }

  /** {@return the number of feature columns, at least 1} */
  public int columns() {
    return store.columns();
  }

  /** {@return how the features were made of a table's columns, if they are all those of a table} */
  public Optional<TableSchema> schema() {
    return store.schema() instanceof TableSchema table ? Optional.of(table) : Optional.empty();
  }

  /** {@return how the features were made of pictures, if they are all those of pictures} */
  public Optional<PictureSchema> pictureSchema() {
    return store.schema() instanceof PictureSchema pictures
        ? Optional.of(pictures)
        : Optional.empty();
  }

  /** {@return what is asked about the rows} */
  public Task task() {
    return targets == null ? Task.CLASSIFICATION : Task.REGRESSION;
  }

  /** {@return how many numbers a network answers with: the number of classes, or of targets} */
  public int outputs() {
    return outputNames.size();
  }

  /** {@return the name of each class, or of each target; unmodifiable} */
  public List<String> outputNames() {
    return outputNames;
  }

  /** {@return the number of classes, at least 2; a class may have no rows} */
  public int classes() {
    return classNames().size();
  }

  /** {@return the name of each class, in the order of the labels; unmodifiable} */
  public List<String> classNames() {
    checkClasses();
    return outputNames;
  }

  private void checkClasses() {
    if (task() != Task.CLASSIFICATION) {
      throw new IllegalStateException(
          "the rows have the targets " + outputNames + " and no classes; use outputs and targets");
    }
  }

  /**
   * The class of one row.
   *
   * @param row a position, 0 to rows - 1
   * @return 0 to classes - 1
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int label(int row) {
    checkClasses();
    return labels[Checks.position(row, rows())];
  }

  /** {@return a copy of the labels, {@code [rows]}} */
  public int[] labels() {
    checkClasses();
    return labels.clone();
  }

  /**
   * The id of one row, the same in every view.
   *
   * @param row a position, 0 to rows - 1
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public long rowId(int row) {
    return rowIds[Checks.position(row, rows())];
  }

  /** {@return a copy of the row ids, {@code [rows]}} */
  public long[] rowIds() {
    return rowIds.clone();
  }

  /** {@return whether the rows were given weights} */
  public boolean isWeighted() {
    return weights != null;
  }

  /**
   * The weight of one row, as it was given.
   *
   * @param row a position, 0 to rows - 1
   * @return a finite number above 0; 1 if the rows were given none
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public double weight(int row) {
    Checks.position(row, rows());
    return weights == null ? 1 : weights[row];
  }

  /** {@return a copy of the weights, {@code [rows]}: ones if the rows were given none} */
  public double[] weights() {
    return IntStream.range(0, rows()).mapToDouble(this::weight).toArray();
  }

  /**
   * {@return the weights scaled to a mean of 1, {@code [rows]}: exactly ones if they are all equal
   * or the rows were given none, so that equal weights lead to the bits of none}
   */
  public double[] relativeWeights() {
    double[] relative = weights();
    double largest = Arrays.stream(relative).max().orElseThrow();
    double sum = 0; // in units of the largest: weights that are all the same become exactly 1
    for (double weight : relative) {
      sum += weight / largest;
    }
    for (int row = 0; row < relative.length; row++) {
      relative[row] = relative[row] / largest * (relative.length / sum);
    }
    return relative;
  }

  /** {@return whether the rows were given groups} */
  public boolean isGrouped() {
    return groups != null;
  }

  /**
   * The group of one row.
   *
   * @param row a position, 0 to rows - 1
   * @return the group; the row's id if the rows were given none: each is then a group of its own
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public long group(int row) {
    return groups == null ? rowId(row) : groups[Checks.position(row, rows())];
  }

  /** {@return a copy of the groups, {@code [rows]}: the row ids if the rows were given none} */
  public long[] groups() {
    return groups == null ? rowIds() : groups.clone();
  }

  /** {@return a copy of all features, float32 {@code [rows, columns]}} */
  public INDArray features() {
    return store.gather(storeRows);
  }

  /**
   * A copy of the features of neighbouring rows.
   *
   * @param from the first position, inclusive, 0-based
   * @param to the last position, exclusive, greater than {@code from}
   * @return float32 {@code [to - from, columns]}
   * @throws IllegalArgumentException if the range is empty
   * @throws IndexOutOfBoundsException if it reaches outside the rows
   */
  public INDArray features(int from, int to) {
    if (from >= to) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "rows %d (inclusive) to %d (exclusive) are none: ask for at least one row",
              from,
              to));
    }
    Checks.position(from, rows());
    Checks.position(to - 1, rows());
    return store.gather(Arrays.copyOfRange(storeRows, from, to));
  }

  /**
   * A copy of the features of some rows, in the order asked for.
   *
   * @param rows positions, 0-based; a position may be repeated
   * @return float32 {@code [rows.length, columns]}
   * @throws IllegalArgumentException if no row is asked for
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public INDArray features(int[] rows) {
    return store.gather(storeRows(rows));
  }

  /**
   * Copies the features of some rows, in the order asked for, to the beginning of a buffer.
   *
   * @param rows positions, 0-based; a position may be repeated
   * @param target a direct buffer with room for {@code rows.length × columns} values; its position
   *     and limit stay as they are
   * @throws IllegalArgumentException if no row is asked for, or the buffer is not direct or too
   *     small
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public void features(int[] rows, FloatBuffer target) {
    int[] wanted = storeRows(rows);
    if (!target.isDirect() || target.capacity() < (long) wanted.length * columns()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d rows of %d columns need a direct buffer of as many values, found %s",
              wanted.length,
              columns(),
              target));
    }
    store.gather(wanted, target);
  }

  /**
   * The labels of some rows as indicator rows: 1 in the column of the row's class, 0 elsewhere.
   *
   * @param rows positions, 0-based; a position may be repeated
   * @return float32 {@code [rows.length, classes]}
   * @throws IllegalArgumentException if no row is asked for
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public INDArray oneHot(int[] rows) {
    checkClasses();
    return targets(rows);
  }

  /**
   * What a network should answer for some rows: their targets, or for classes {@link #oneHot}.
   *
   * @param rows positions, 0-based; a position may be repeated
   * @return float32 {@code [rows.length, outputs]}
   * @throws IllegalArgumentException if no row is asked for
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public INDArray targets(int[] rows) {
    int[] wanted = someRows(rows);
    return FeatureStore.matrix(
        wanted.length,
        outputs(),
        (from, to, target) -> {
          for (int i = from; i < to; i++) {
            target(wanted[i], target, (i - from) * outputs());
          }
        });
  }

  /**
   * Copies what {@link #targets(int[])} gives, row by row, to the beginning of an array.
   *
   * @param rows positions, 0-based; a position may be repeated
   * @param target with room for {@code rows.length × outputs} values
   * @throws IndexOutOfBoundsException if a position is out of range, or the array is too small
   */
  public void targets(int[] rows, float[] target) {
    for (int i = 0; i < rows.length; i++) {
      target(Checks.position(rows[i], rows()), target, i * outputs());
    }
  }

  private void target(int row, float[] into, int at) {
    if (targets == null) {
      Arrays.fill(into, at, at + outputs(), 0);
      into[at + labels[row]] = 1;
    } else {
      System.arraycopy(targets, row * outputs(), into, at, outputs());
    }
  }

  private float @Nullable [] targetsOf(int[] rows) {
    if (targets == null) {
      return null;
    }
    float[] own = new float[rows.length * outputs()];
    for (int i = 0; i < rows.length; i++) {
      target(rows[i], own, i * outputs());
    }
    return own;
  }

  /**
   * A view of some rows in the given order: it has their labels, ids, weights and groups, and
   * shares the features instead of copying them. All class names stay, also of classes that have no
   * row in the view.
   *
   * @param rows positions, 0-based, each at most once: a repeated row would have its id twice, and
   *     could be held out in one fold while another fold learns from it
   * @return the view; it keeps the whole feature storage alive
   * @throws IllegalArgumentException if no row is selected, or one more than once
   * @throws IndexOutOfBoundsException if a position is out of range
   */
  public LabeledData select(int[] rows) {
    int[] wanted = someRows(rows);
    boolean[] taken = new boolean[rows()];
    for (int row : wanted) {
      if (taken[row]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row %d is selected more than once: a view has each row at most once",
                row));
      }
      taken[row] = true;
    }
    return view(wanted);
  }

  /**
   * A view of the first rows.
   *
   * @param count how many, 1 to rows
   * @return the view; it keeps the whole feature storage alive
   * @throws IllegalArgumentException if there are not that many rows, or {@code count < 1}
   */
  public LabeledData first(int count) {
    if (count < 1 || count > rows()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the first %d rows were asked for, but there are %d: ask for 1 to %d",
              count,
              rows(),
              rows()));
    }
    return view(IntStream.range(0, count).toArray());
  }

  /**
   * The same rows with some of their columns; they share the features.
   *
   * @param columns positions, 0-based, in the order wanted, each at most once; copied
   * @return the rows, with labels, ids, weights and groups; they keep the whole feature storage
   *     alive
   * @throws IllegalArgumentException if no column is selected, one more than once, or there is no
   *     such column
   */
  public LabeledData withColumns(int... columns) {
    int[] own = columns.clone();
    Checks.areColumns(own, columns());
    return new LabeledData(
        store.select(own), storeRows, labels, outputNames, targets, rowIds, weights, groups);
  }

  /** {@return how many rows each class has, {@code [classes]}} */
  public int[] classCounts() {
    checkClasses();
    return strataCounts();
  }

  /** How many parts folds should hold evenly: the classes, or for targets all rows as one. */
  int strata() {
    return targets == null ? outputs() : 1;
  }

  /** The part a row belongs to, 0 to strata - 1. */
  int stratum(int row) {
    return labels[row];
  }

  /** How many rows each part has, {@code [strata]}. */
  int[] strataCounts() {
    int[] counts = new int[strata()];
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  /** A part in words, for messages: {@code class 'cat'}, or {@code the data}. */
  String stratumInWords(int stratum) {
    return targets == null ? "class '" + outputNames.get(stratum) + "'" : "the data";
  }

  /**
   * A fingerprint of the features, labels or targets, their names, row ids and, if there are any,
   * weights and groups: SHA-256, 64 hexadecimal digits.
   *
   * <p>It is computed at the first call, then remembered; the features are read once for all views
   * of them. The same arguments of {@code of} and the same selections give the same digest on every
   * platform. A view and a copy of the same rows may have different digests although their contents
   * are equal, because a view's digest is made of all the features it shares and of its positions
   * in them.
   *
   * @return lower-case hexadecimal digits
   */
  public String digest() {
    String known = digest;
    if (known == null) {
      Sha256 sha = new Sha256().put(store.digest()).put(storeRows).put(labels).put(rowIds);
      sha.put(outputs());
      outputNames.forEach(sha::put);
      if (targets != null) {
        sha.put("targets").putFloats(targets, targets.length);
      }
      if (weights != null) {
        sha.put("weights")
            .put(Arrays.stream(weights).mapToLong(Double::doubleToLongBits).toArray());
      }
      if (groups != null) {
        sha.put("groups").put(groups);
      }
      known = sha.hex();
      digest = known;
    }
    return known;
  }

  /** The features that they share with others. */
  FeatureStore store() {
    return store;
  }

  /** Writes all but the features. */
  void write(NumbersOut out) throws IOException {
    out.ints(storeRows);
    out.ints(labels);
    out.ints(new int[] {outputs()});
    for (String name : outputNames) {
      out.text(name);
    }
    out.floats(targets);
    out.longs(rowIds);
    out.doubles(weights);
    out.longs(groups);
  }

  /** Reads what {@link #write} has written, of rows of these features. */
  static LabeledData read(NumbersIn in, FeatureStore store) throws IOException {
    int[] storeRows = in.ints();
    int[] labels = in.ints();
    List<String> names = new ArrayList<>();
    for (int i = in.ints()[0]; i > 0; i--) {
      names.add(in.text());
    }
    float @Nullable [] targets = in.floats();
    return new LabeledData(
        store,
        storeRows,
        labels,
        List.copyOf(names),
        targets,
        Objects.requireNonNull(in.longs()),
        in.doubles(),
        in.longs());
  }

  /** The size, for messages: {@code LabeledData[rows=4, columns=3, classes=2]}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "LabeledData[rows=%d, columns=%d, %s=%d]",
        rows(),
        columns(),
        targets == null ? "classes" : "targets",
        outputs());
  }

  private LabeledData view(int[] rows) {
    int[] viewLabels = new int[rows.length];
    long[] viewIds = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      viewLabels[i] = labels[rows[i]];
      viewIds[i] = rowIds[rows[i]];
    }
    double[] viewWeights =
        weights == null ? null : Arrays.stream(rows).mapToDouble(this::weight).toArray();
    long[] viewGroups =
        groups == null ? null : Arrays.stream(rows).mapToLong(this::group).toArray();
    return new LabeledData(
        store,
        storeRows(rows),
        viewLabels,
        outputNames,
        targetsOf(rows),
        viewIds,
        viewWeights,
        viewGroups);
  }

  private int[] storeRows(int[] rows) {
    int[] mapped = someRows(rows);
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = storeRows[mapped[i]];
    }
    return mapped;
  }

  /** A checked copy of these positions. */
  private int[] someRows(int[] rows) {
    if (rows.length == 0) {
      throw new IllegalArgumentException("no rows were asked for: give at least one position");
    }
    int[] checked = rows.clone();
    for (int row : checked) {
      Checks.position(row, rows());
    }
    return checked;
  }
}
