package org.stacking4j.testing;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.nd4j.linalg.factory.Nd4j;
import org.stacking4j.data.LabeledData;

/** Small seeded data sets, the same numbers on every platform. */
public final class TinyData {
  private TinyData() {}

  /**
   * Gaussian blobs, one for each class, that overlap a little: the mean of class c is 2 in the
   * columns that are c modulo the number of classes, and 0 in the others. Classes take turns, so
   * their numbers of rows differ by at most one. Row ids are 1000, 1007, 1014, …, so that a test
   * notices when a position is taken for an id.
   */
  public static LabeledData blobs(int rows, int columns, int classes, long seed) {
    var random = new SplittableRandom(seed);
    float[][] features = new float[rows][columns];
    int[] labels = new int[rows];
    long[] ids = new long[rows];
    for (int row = 0; row < rows; row++) {
      labels[row] = row % classes;
      ids[row] = 1000 + 7L * row;
      for (int column = 0; column < columns; column++) {
        double mean = column % classes == labels[row] ? 2 : 0;
        features[row][column] = (float) (mean + gaussian(random));
      }
    }
    return LabeledData.of(Nd4j.createFromArray(features), labels, classNames(classes), ids);
  }

  /**
   * Rows of a regression, with the ids 1000, 1007, 1014, …: the first target, {@code price}, is
   * 5000 + 300 × (x0 + x1 × x2) and a little noise, the second, if there is one, {@code area}, 40 −
   * 2 × x1 and a little noise.
   */
  public static LabeledData numbers(int rows, int columns, int targets, long seed) {
    var random = new SplittableRandom(seed);
    float[][] features = new float[rows][columns];
    float[][] values = new float[rows][targets];
    long[] ids = new long[rows];
    for (int row = 0; row < rows; row++) {
      ids[row] = 1000 + 7L * row;
      for (int column = 0; column < columns; column++) {
        features[row][column] = (float) gaussian(random);
      }
      float[] x = features[row];
      values[row][0] = (float) (5000 + 300 * (x[0] + x[1] * x[2] + 0.3 * gaussian(random)));
      if (targets > 1) {
        values[row][1] = (float) (40 - 2 * x[1] + 0.3 * gaussian(random));
      }
    }
    List<String> names = List.of("price", "area").subList(0, targets);
    return LabeledData.of(Nd4j.createFromArray(features), values, names, ids);
  }

  /** The names {@code class-0}, {@code class-1}, …. */
  public static List<String> classNames(int classes) {
    return IntStream.range(0, classes).mapToObj(c -> "class-" + c).toList();
  }

  /** The same rows, class by class: what breaks an unstratified split. */
  public static LabeledData sortedByLabel(LabeledData data) {
    return data.select(
        IntStream.range(0, data.rows())
            .boxed()
            .sorted((a, b) -> Integer.compare(data.label(a), data.label(b)))
            .mapToInt(Integer::intValue)
            .toArray());
  }

  /** The same rows with each other's labels: nothing is left to learn. */
  public static LabeledData permutedLabels(LabeledData data, long seed) {
    int[] order = permutation(data.rows(), seed);
    int[] labels = Arrays.stream(order).map(data::label).toArray();
    return LabeledData.of(data.features(), labels, data.classNames(), data.rowIds());
  }

  /** A seeded order of the numbers 0 to {@code size} − 1. */
  public static int[] permutation(int size, long seed) {
    var random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** Nearly normal, from sums only, so that no platform's logarithm matters. */
  private static double gaussian(SplittableRandom random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum;
  }
}
