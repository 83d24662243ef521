package org.stacking4j.data;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small data whose every value can be told from its row and column. */
final class TinyRows {
  static final int COLUMNS = 3;

  private TinyRows() {}

  /** The feature of the row with this id: {@code 10 * id + column}. */
  static float feature(long id, int column) {
    return 10f * id + column;
  }

  static INDArray features(long... ids) {
    INDArray features = Nd4j.create(DataType.FLOAT, ids.length, COLUMNS);
    for (int row = 0; row < ids.length; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        features.putScalar(row, column, feature(ids[row], column));
      }
    }
    return features;
  }

  /** What {@link LabeledData#features} must give for these ids. */
  static float[][] expected(long... ids) {
    float[][] rows = new float[ids.length][COLUMNS];
    for (int row = 0; row < ids.length; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        rows[row][column] = feature(ids[row], column);
      }
    }
    return rows;
  }

  /** The values of a matrix by row and column. */
  static float[][] values(INDArray matrix) {
    int columns = matrix.columns();
    float[] flat = matrix.dup('c').data().asFloat();
    float[][] rows = new float[matrix.rows()][];
    Arrays.setAll(rows, row -> Arrays.copyOfRange(flat, row * columns, (row + 1) * columns));
    return rows;
  }

  /** Rows with ids 0, 1, ... and classes named a, b, ... up to the largest label. */
  static LabeledData labelled(int... labels) {
    long[] ids = IntStream.range(0, labels.length).asLongStream().toArray();
    return withIds(ids, labels);
  }

  static LabeledData withIds(long[] ids, int... labels) {
    int classes = Math.max(2, IntStream.of(labels).max().orElse(0) + 1);
    return LabeledData.of(features(ids), labels, names(classes), ids);
  }

  /** Class names a, b, c, ... */
  static List<String> names(int classes) {
    return IntStream.range(0, classes).mapToObj(c -> String.valueOf((char) ('a' + c))).toList();
  }

  /** {@code 20 to 219} rows of 2 to 6 classes, with at least 7 rows each and ids in no order. */
  static LabeledData random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int classes = random.nextInt(2, 7);
    int rows = 7 * classes + random.nextInt(6, 178);
    int[] labels = new int[rows];
    for (int row = 0; row < rows; row++) {
      labels[row] = row < 7 * classes ? row % classes : random.nextInt(classes);
    }
    shuffle(labels, random);
    long[] ids = random.longs().limit(rows).toArray();
    INDArray features = Nd4j.create(DataType.FLOAT, rows, 1);
    return LabeledData.of(features, labels, names(classes), ids);
  }

  static int[] permutation(int rows, long seed) {
    int[] order = IntStream.range(0, rows).toArray();
    shuffle(order, new SplittableRandom(seed));
    return order;
  }

  private static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }
}
