package org.stacking4j.fused;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.stacking4j.data.LabeledData;

/**
 * Features that are mostly {@link Background}, as what differs from it: for each row of a batch,
 * which columns differ and by how much. All rows of a fit are kept so if they are not too many;
 * otherwise each batch's are found anew.
 *
 * <p>Not thread-safe, but other threads may read what {@link #select} has chosen.
 */
final class SparseFeatures implements AutoCloseable {
  private static final int SAMPLE = 256;
  private static final int MOST_KEPT = 11_000_000; // of 6 bytes, 63 MiB

  private final LabeledData data;
  private final float[] background;
  private final int columns;
  private final int blockRows;
  private final NativeFloats block;
  private final float[] values;
  private final int[] ends; // of each row, if all are kept

  // What differs, row after row.
  char[] column;
  float[] difference;

  // Where the rows of the batch begin and end in there.
  final int[] from;
  final int[] to;

  private SparseFeatures(LabeledData data, Background background, int maxRows, int mostKept) {
    this.data = data;
    this.background = background.values();
    columns = data.columns();
    blockRows = maxRows;
    int blockValues = Math.multiplyExact(maxRows, columns);
    block = new NativeFloats(blockValues);
    values = new float[blockValues];
    from = new int[maxRows];
    to = new int[maxRows];
    double expected = 1.05 * background.others() * data.rows() * columns;
    boolean kept = expected <= mostKept;
    ends = new int[kept ? data.rows() : 0];
    int room = blockValues + (kept ? (int) expected : 0);
    column = new char[room];
    difference = new float[room];
    if (kept) {
      keepAll();
    }
  }

  /**
   * Looks at some rows, from everywhere among those of the fit.
   *
   * @param data rows of the fit, and no others
   * @param units of the first layer
   * @param maxRows the largest batch
   * @return null if products of all values are as fast
   */
  static @Nullable SparseFeatures of(LabeledData data, int units, int maxRows) {
    return of(data, units, maxRows, MOST_KEPT);
  }

  /**
   * @param mostKept how many values that differ are kept at most
   */
  static @Nullable SparseFeatures of(LabeledData data, int units, int maxRows, int mostKept) {
    int all = data.rows();
    int some = Math.min(SAMPLE, all);
    int[] rows = IntStream.range(0, some).map(i -> (int) ((long) i * all / some)).toArray();
    try (INDArray sample = data.features(rows)) {
      Background background = Background.of(sample.data().asFloat(), data.columns());
      return background.helps(units)
          ? new SparseFeatures(data, background, maxRows, mostKept)
          : null;
    }
  }

  private void keepAll() {
    int place = 0;
    for (int first = 0; first < ends.length; first += blockRows) {
      int count = Math.min(blockRows, ends.length - first);
      read(IntStream.range(first, first + count).toArray());
      if (column.length - place < values.length) {
        int room = place + place / 2 + values.length;
        column = Arrays.copyOf(column, room);
        difference = Arrays.copyOf(difference, room);
      }
      for (int i = 0; i < count; i++) {
        place = find(i, place);
        ends[first + i] = place;
      }
    }
  }

  /** What the columns have most of the time. */
  float[] background() {
    return background.clone();
  }

  /** Makes these rows the batch. */
  void select(int[] rows) {
    if (ends.length > 0) {
      for (int i = 0; i < rows.length; i++) {
        from[i] = rows[i] == 0 ? 0 : ends[rows[i] - 1];
        to[i] = ends[rows[i]];
      }
    } else {
      read(rows);
      int place = 0;
      for (int i = 0; i < rows.length; i++) {
        from[i] = place;
        place = find(i, place);
        to[i] = place;
      }
    }
  }

  private void read(int[] rows) {
    data.features(rows, block.buffer());
    block.read(values, rows.length * columns);
  }

  /** Finds what differs in a row of the block; returns the place behind the last of it. */
  private int find(int row, int start) {
    int at = row * columns;
    int place = start;
    for (int i = 0; i < columns; i++) {
      float value = values[at + i];
      if (value != background[i]) {
        column[place] = (char) i;
        difference[place] = value - background[i];
        place++;
      }
    }
    return place;
  }

  @Override
  public void close() {
    block.close();
  }
}
