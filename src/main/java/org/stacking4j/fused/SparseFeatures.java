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
  private static final int MOST_KEPT = 11_000_000;
  private static final int BYTES = Character.BYTES + Float.BYTES;
  private static final int BLOCK = 256; // rows

  private final LabeledData data;
  private final float[] background;
  private final int columns;
  private final NativeFloats block;
  private final float[] values;
  private int[] ends; // of each row, if all are kept

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
    int blockValues = Math.min(maxRows, BLOCK) * columns;
    block = new NativeFloats(blockValues);
    values = new float[blockValues];
    from = new int[maxRows];
    to = new int[maxRows];
    double expected = 1.05 * background.others() * data.rows() * columns;
    boolean few = expected <= mostKept;
    int room = blockValues + (few ? (int) expected : 0);
    column = new char[room];
    difference = new float[room];
    ends = new int[few ? data.rows() : 0];
    // The sample may have been an exception.
    if (few && !find(IntStream.range(0, data.rows()).toArray(), ends, mostKept)) {
      ends = new int[0];
      column = new char[blockValues];
      difference = new float[blockValues];
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
   * @param mostKept how many values that differ are kept at most
   */
  static @Nullable SparseFeatures of(LabeledData data, int units, int maxRows, int mostKept) {
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
    return BYTES * Math.min(MOST_KEPT, (long) (Background.MOST_OTHERS * values));
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
      find(rows, to, Integer.MAX_VALUE - 8 - values.length);
      from[0] = 0;
      System.arraycopy(to, 0, from, 1, rows.length - 1);
    }
  }

  /** Finds what differs in these rows, and where each of them ends; false if it is too much. */
  private boolean find(int[] rows, int[] end, int limit) {
    int most = values.length / columns;
    int place = 0;
    for (int first = 0; first < rows.length; first += most) {
      int count = Math.min(most, rows.length - first);
      data.features(Arrays.copyOfRange(rows, first, first + count), block.buffer());
      block.read(values, count * columns);
      if (column.length - place < values.length) {
        int room = (int) Math.min(limit, place + place / 2L) + values.length;
        column = Arrays.copyOf(column, room);
        difference = Arrays.copyOf(difference, room);
      }
      for (int i = 0; i < count; i++) {
        place = find(i, place);
        end[first + i] = place;
      }
      if (place > limit) {
        return false;
      }
    }
    return true;
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
