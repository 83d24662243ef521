package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Folds of rows with targets: each holds small, middling and large ones. */
class TargetFoldsTest {
  @Test
  void neighbours_areHeldOutApart_byHand() {
    // In the order of the target, equal ones by id: rows 1, 3 | 0, 4 | 2.
    LabeledData data = numbers(5, 1, 9, 1, 7);
    int first = 0;
    int together = 0;
    for (int seed = 1; seed <= 200; seed++) {
      int[] folds = Folds.stratified(data, 2, seed).foldOfRows();

      assertThat(folds[1] + folds[3]).isEqualTo(3);
      assertThat(folds[0] + folds[4]).isEqualTo(3);
      assertThat(folds[2]).isEqualTo(1);
      first += folds[1] == 1 ? 1 : 0;
      together += folds[1] == folds[0] ? 1 : 0;
    }
    assertThat(first).isBetween(70, 130);
    assertThat(together).isBetween(70, 130);
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 2", "5, 3", "7, 4", "203, 5"})
  void everyRow_isHeldOutOnce_inFoldsOfAlmostOneSize(int k, long seed) {
    LabeledData data = skewed(203, seed);
    Folds folds = Folds.stratified(data, k, seed, seed + 1);

    for (int repeat = 1; repeat <= 2; repeat++) {
      int[] sizes = new int[k];
      for (int fold : folds.foldOfRows(repeat)) {
        sizes[fold - 1 - (repeat - 1) * k]++;
      }
      assertThat(Arrays.stream(sizes).sum()).isEqualTo(203);
      assertThat(Arrays.stream(sizes).min().orElseThrow()).isEqualTo(203 / k);
      assertThat(Arrays.stream(sizes).max().orElseThrow()).isEqualTo((203 + k - 1) / k);
    }
    if (k < 203) {
      assertThat(folds.foldOfRows(2))
          .isNotEqualTo(Arrays.stream(folds.foldOfRows(1)).map(fold -> fold + k).toArray());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void foldsOfASkewedTarget_areMoreAlike_thanPlainOnes(long seed) {
    LabeledData data = skewed(200, seed);
    // The same ids with labels that have nothing to do with the target.
    int[] labels = IntStream.range(0, 200).map(row -> row % 2).toArray();
    LabeledData labelled =
        LabeledData.of(data.features(), labels, List.of("a", "b"), data.rowIds());

    Folds spread = Folds.stratified(data, 5, seed);
    Folds plain = Folds.stratified(labelled, 5, seed);

    assertThat(range(data, spread, false)).isLessThan(0.5 * range(data, plain, false));
    assertThat(range(data, spread, true)).isLessThan(range(data, plain, true));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void folds_followTheIdsNotThePositions(long seed) {
    LabeledData data = withTies(100, seed);
    int[] order = TinyRows.permutation(100, seed);
    int[] folds = Folds.stratified(data, 4, seed).foldOfRows();

    int[] permuted = Folds.stratified(data.select(order), 4, seed).foldOfRows();

    assertThat(permuted).isEqualTo(Arrays.stream(order).map(row -> folds[row]).toArray());
    assertThat(Folds.stratified(data, 4, seed).foldOfRows()).isEqualTo(folds);
    assertThat(Folds.stratified(data, 4, seed + 1).foldOfRows()).isNotEqualTo(folds);
  }

  @Test
  void theFirstTarget_decides() {
    float[][] both = new float[60][];
    float[][] one = new float[60][];
    for (int row = 0; row < 60; row++) {
      both[row] = new float[] {row * 17 % 60, row * 23 % 60};
      one[row] = new float[] {row * 17 % 60};
    }
    long[] ids = IntStream.range(0, 60).asLongStream().toArray();
    LabeledData first = LabeledData.of(zeros(60), one, List.of("y"), ids);
    LabeledData all = LabeledData.of(zeros(60), both, List.of("y", "z"), ids);

    assertThat(Folds.stratified(all, 5, 1).foldOfRows())
        .isEqualTo(Folds.stratified(first, 5, 1).foldOfRows());
  }

  /** How far the folds' means, or deviations, are from each other. */
  private static double range(LabeledData data, Folds folds, boolean deviation) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int fold = 1; fold <= folds.count(); fold++) {
      float[] targets = data.targets(folds.heldOut(fold)).data().asFloat();
      double mean = 0;
      for (float target : targets) {
        mean += target / targets.length;
      }
      double squares = 0;
      for (float target : targets) {
        squares += (target - mean) * (target - mean) / targets.length;
      }
      double value = deviation ? Math.sqrt(squares) : mean;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most - least;
  }

  private static LabeledData skewed(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] targets = new float[rows][1];
    for (float[] target : targets) {
      target[0] = (float) Math.pow(random.nextDouble(), 6);
    }
    return LabeledData.of(zeros(rows), targets, List.of("y"), random.longs().limit(rows).toArray());
  }

  private static LabeledData withTies(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] targets = new float[rows][1];
    for (float[] target : targets) {
      target[0] = random.nextInt(6);
    }
    return LabeledData.of(zeros(rows), targets, List.of("y"), random.longs().limit(rows).toArray());
  }

  private static LabeledData numbers(float... targets) {
    float[][] rows = new float[targets.length][];
    Arrays.setAll(rows, row -> new float[] {targets[row]});
    return LabeledData.of(zeros(targets.length), rows, List.of("y"));
  }

  private static INDArray zeros(int rows) {
    return Nd4j.zeros(DataType.FLOAT, rows, 1);
  }
}
