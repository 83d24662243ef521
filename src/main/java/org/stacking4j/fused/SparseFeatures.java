package org.stacking4j.fused;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;

/**
 * Features of which some columns are mostly {@link Background}, the sparse ones, as what differs
 * from it: for each row of a batch, which of these columns differ and by how much; and beside them
 * the other columns, the dense ones, as they are. All rows of a fit are kept so if they are not too
 * many; otherwise each batch's are found anew.
 *
 * <p>Not thread-safe, but other threads may read what {@link #select} has chosen.
 */
final class SparseFeatures implements AutoCloseable {
  private static final int SAMPLE = 256;
  private static final long MOST_KEPT = 1L << 26; // bytes
  private static final int BYTES = Character.BYTES + Float.BYTES;
  private static final int BLOCK = 256; // rows

  private final LabeledData data;
  private final int[] order; // columns of the features, the sparse ones first
  private final float[] background; // of the sparse ones
  private final int dense;
  private final NativeFloats block;
  private final float[] values;
  private int[] ends; // of each row, if all are kept
  private float[] denseValues; // of all rows, if they are kept
  private final NativeFloats denseBatch;

  // What differs, row after row; columns are counted in that order.
  char[] column;
  float[] difference;

  // Where the rows of the batch begin and end in there.
  final int[] from;
  final int[] to;

  private SparseFeatures(LabeledData data, Background background, int maxRows, long mostKept) {
    this.data = data;
    int[] sparse = background.sparse();
    order = IntStream.concat(IntStream.of(sparse), IntStream.of(background.dense())).toArray();
    this.background = new float[sparse.length];
    for (int i = 0; i < sparse.length; i++) {
      this.background[i] = background.value(sparse[i]);
    }
    dense = order.length - sparse.length;
    int blockValues = Math.min(maxRows, BLOCK) * order.length;
    block = new NativeFloats(blockValues);
    values = new float[blockValues];
    denseBatch = new NativeFloats(maxRows * dense);
    from = new int[maxRows];
    to = new int[maxRows];
    double expected = 1.05 * background.othersOfSparse() * data.rows();
    long left = mostKept - (long) Float.BYTES * dense * data.rows();
    boolean few = expected * BYTES <= left;
    int room = blockValues + (few ? (int) expected : 0);
    column = new char[room];
    difference = new float[room];
    ends = new int[few ? data.rows() : 0];
    denseValues = new float[(few ? data.rows() : maxRows) * dense];
    // The sample may have been an exception.
    if (few && !find(IntStream.range(0, data.rows()).toArray(), ends, (int) (left / BYTES))) {
      ends = new int[0];
      column = new char[blockValues];
      difference = new float[blockValues];
      denseValues = new float[maxRows * dense];
    }
  }

  /**
   * Looks at some rows, from everywhere among those of the fit.
   *
   * @param data rows of the fit, and no others
   * @param units of the first layer
   * @param maxRows the largest batch
   * @return null if products of all values are as fast, or a batch is too large to count in here
   */
  static @Nullable SparseFeatures of(LabeledData data, int units, int maxRows) {
    return of(data, units, maxRows, MOST_KEPT);
  }

  /**
   * @param mostKept how many bytes are kept at most
   */
  static @Nullable SparseFeatures of(LabeledData data, int units, int maxRows, long mostKept) {
    if (!Background.mayHelp(data.columns(), units)
        || maxRows > Character.MAX_VALUE
        || (long) maxRows * data.columns() > Integer.MAX_VALUE) {
      return null;
    }
    int all = data.rows();
    int some = Math.min(SAMPLE, all);
    int[] rows = IntStream.range(0, some).map(i -> (int) ((long) i * all / some)).toArray();
    try (INDArray sample = data.features(rows)) {
      Background background = Background.of(sample.data().asFloat(), data.columns());
      return background.helps() ? new SparseFeatures(data, background, maxRows, mostKept) : null;
    }
  }

  /**
   * How many bytes are kept at most.
   *
   * @param values of the features of a fit
   */
  static long mostBytes(long values) {
    return Math.min(MOST_KEPT, (long) (Background.MOST_TIME * Float.BYTES * values));
  }

  /** The columns of the features in the order they have here: the sparse ones, the dense ones. */
  int[] order() {
    return order.clone();
  }

  /** How many columns are dense, the last ones. */
  int dense() {
    return dense;
  }

  /** What the sparse columns have most of the time, in their order. */
  float[] background() {
    return background.clone();
  }

  /** The batch's dense columns, {@code [rows, dense]}, row by row; always the same memory. */
  FloatPointer denseBatch() {
    return denseBatch.at(0);
  }

  /** Makes these rows the batch. */
  void select(int[] rows) {
    if (ends.length > 0) {
      for (int i = 0; i < rows.length; i++) {
        from[i] = rows[i] == 0 ? 0 : ends[rows[i] - 1];
        to[i] = ends[rows[i]];
        denseBatch.put(i * dense, denseValues, rows[i] * dense, dense);
      }
    } else {
      find(rows, to, Integer.MAX_VALUE - 8 - values.length);
      from[0] = 0;
      System.arraycopy(to, 0, from, 1, rows.length - 1);
      denseBatch.write(denseValues, rows.length * dense);
    }
  }

  /** Finds what differs in these rows, and where each of them ends; false if it is too much. */
  private boolean find(int[] rows, int[] end, int limit) {
    int most = values.length / order.length;
    int place = 0;
    for (int first = 0; first < rows.length; first += most) {
      int count = Math.min(most, rows.length - first);
      data.features(Arrays.copyOfRange(rows, first, first + count), block.buffer());
      block.read(values, count * order.length);
      if (column.length - place < values.length) {
        int room = (int) Math.min(limit, place + place / 2L) + values.length;
        column = Arrays.copyOf(column, room);
        difference = Arrays.copyOf(difference, room);
      }
      for (int i = 0; i < count; i++) {
        place = find(i * order.length, place);
        end[first + i] = place;
        pickDense(i * order.length, (first + i) * dense);
      }
      if (place > limit) {
        return false;
      }
    }
    return true;
  }

  /** Finds what differs in a row of the block; returns the place behind the last of it. */
  private int find(int at, int start) {
    int place = start;
    for (int i = 0; i < background.length; i++) {
      float value = values[at + order[i]];
      if (value != background[i]) {
        column[place] = (char) i;
        difference[place] = value - background[i];
        place++;
      }
    }
    return place;
  }

  private void pickDense(int at, int target) {
    for (int i = 0; i < dense; i++) {
      denseValues[target + i] = values[at + order[background.length + i]];
    }
  }

  @Override
  public void close() {
    block.close();
    denseBatch.close();
  }
}
