package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StratifiedFoldsTest {
  private static final int[] SEVEN_AND_FIVE = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};

  @Test
  void stratified_byHand() {
    // Worked out apart from this code, from the formula in RowOrder: a change of these numbers
    // changes everybody's folds.
    LabeledData data = TinyRows.labelled(SEVEN_AND_FIVE);

    assertThat(Folds.stratified(data, 3, 42).foldOfRows())
        .containsExactly(2, 3, 3, 1, 1, 1, 2, 3, 1, 2, 3, 2);
    assertThat(Folds.stratified(data, 3, -1).foldOfRows())
        .containsExactly(3, 1, 3, 1, 1, 2, 2, 1, 2, 3, 2, 3);
  }

  static Stream<Arguments> cases() {
    return IntStream.rangeClosed(1, 12)
        .boxed()
        .flatMap(seed -> Stream.of(2, 3, 5, 7).map(k -> Arguments.of(seed, k)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_isAPartition(long seed, int k) {
    LabeledData data = TinyRows.random(seed);
    Folds folds = Folds.stratified(data, k, seed);

    assertThat(folds.count()).isEqualTo(k);
    assertThat(folds.rows()).isEqualTo(data.rows());
    int[] timesHeldOut = new int[data.rows()];
    for (int fold = 1; fold <= k; fold++) {
      int[] both = Arrays.copyOf(folds.heldOut(fold), data.rows());
      int[] training = folds.training(fold);
      int heldOut = data.rows() - training.length;
      System.arraycopy(training, 0, both, heldOut, training.length);
      Arrays.sort(both);
      assertThat(both).isEqualTo(IntStream.range(0, data.rows()).toArray());
      assertThat(folds.heldOut(fold)).isSorted().hasSize(heldOut);
      assertThat(training).isSorted();
      for (int row : folds.heldOut(fold)) {
        timesHeldOut[row]++;
        assertThat(folds.foldOf(row)).isEqualTo(fold);
      }
    }
    assertThat(timesHeldOut).containsOnly(1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stratified_isEven(long seed, int k) {
    LabeledData data = TinyRows.random(seed);
    Folds folds = Folds.stratified(data, k, seed);

    int[] sizes = new int[k];
    int[][] ofClass = new int[data.classes()][k];
    for (int row = 0; row < data.rows(); row++) {
      sizes[folds.foldOf(row) - 1]++;
      ofClass[data.label(row)][folds.foldOf(row) - 1]++;
    }
    assertEven(sizes);
    for (int[] counts : ofClass) {
      assertEven(counts);
    }
  }

  private static void assertEven(int[] counts) {
    int smallest = Arrays.stream(counts).min().orElseThrow();
    assertThat(Arrays.stream(counts).max().orElseThrow()).isBetween(smallest, smallest + 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void stratified_followsTheIdsNotThePositions(long seed) {
    LabeledData data = TinyRows.random(seed);
    int[] order = TinyRows.permutation(data.rows(), seed);
    int[] folds = Folds.stratified(data, 5, seed).foldOfRows();

    int[] permuted = Folds.stratified(data.select(order), 5, seed).foldOfRows();

    assertThat(permuted).isEqualTo(Arrays.stream(order).map(row -> folds[row]).toArray());
  }

  @Test
  void stratified_labelSortedRows() {
    int[] sorted = IntStream.range(0, 300).map(row -> row / 100).toArray();
    LabeledData data = TinyRows.labelled(sorted);
    Folds folds = Folds.stratified(data, 4, 1);

    for (int fold = 1; fold <= 4; fold++) {
      assertThat(data.select(folds.heldOut(fold)).classCounts()).containsExactly(25, 25, 25);
      assertThat(data.select(folds.training(fold)).classCounts()).containsExactly(75, 75, 75);
    }
  }

  @Test
  void stratified_neighboursAreNotDealtInTurn() {
    // Had the rows been dealt in their order, each fold would hold every fourth row.
    LabeledData data = TinyRows.labelled(IntStream.range(0, 400).map(row -> row % 2).toArray());
    int[] held = Folds.stratified(data, 4, 3).heldOut(1);

    assertThat(IntStream.range(1, held.length).map(i -> held[i] - held[i - 1]).distinct().count())
        .isGreaterThan(5);
  }

  @Test
  void stratified_seedDecides() {
    LabeledData data = TinyRows.random(1);
    int[] folds = Folds.stratified(data, 5, 1).foldOfRows();

    assertThat(Folds.stratified(data, 5, 1).foldOfRows()).isEqualTo(folds);
    assertThat(Folds.stratified(data, 5, 2).foldOfRows()).isNotEqualTo(folds);
  }

  @Test
  void stratified_repeated_isOneSplitAfterTheOther() {
    LabeledData data = TinyRows.labelled(SEVEN_AND_FIVE);
    Folds folds = Folds.stratified(data, 3, 42, -1);

    assertThat(folds.repeats()).isEqualTo(2);
    assertThat(folds.count()).isEqualTo(6);
    // The two splits worked out by hand above; the second's numbers go on.
    assertThat(folds.foldOfRows()).containsExactly(2, 3, 3, 1, 1, 1, 2, 3, 1, 2, 3, 2);
    assertThat(folds.foldOfRows(1)).isEqualTo(folds.foldOfRows());
    assertThat(folds.foldOfRows(2)).containsExactly(6, 4, 6, 4, 4, 5, 5, 4, 5, 6, 5, 6);
    assertThat(folds.foldOf(0)).isEqualTo(2);
    assertThat(folds.heldOut(2)).containsExactly(0, 6, 9, 11);
    assertThat(folds.training(2)).containsExactly(1, 2, 3, 4, 5, 7, 8, 10);
    assertThat(folds.heldOut(4)).containsExactly(1, 3, 4, 7);
    assertThat(folds.training(4)).containsExactly(0, 2, 5, 6, 8, 9, 10, 11);
    assertThat(folds).hasToString("Folds[count=6, repeats=2, rows=12]");
    folds.foldOfRows(2)[0] = 1;
    assertThat(folds.foldOfRows(2)[0]).isEqualTo(6);
  }

  @Test
  void stratified_outsideOfTheRepeats() {
    LabeledData data = TinyRows.labelled(SEVEN_AND_FIVE);
    Folds folds = Folds.stratified(data, 3, 42, -1);

    assertThatThrownBy(() -> folds.training(7))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("fold 7 is out of range: there are 6 folds, so folds are 1 to 6");
    for (int repeat : new int[] {0, 3}) {
      assertThatThrownBy(() -> folds.foldOfRows(repeat))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> Folds.stratified(data, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("found no seeds: give one for each repeat");
  }

  @Test
  void stratified_asManyFoldsAsTheRarestHasRows() {
    Folds folds = Folds.stratified(TinyRows.labelled(SEVEN_AND_FIVE), 5, 1);

    for (int fold = 1; fold <= 5; fold++) {
      assertThat(Arrays.stream(folds.heldOut(fold)).filter(row -> row >= 7)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -5})
  void stratified_tooFewFolds(int k) {
    assertThatThrownBy(() -> Folds.stratified(TinyRows.labelled(SEVEN_AND_FIVE), k, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("found " + k + " folds: use at least 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3|class 'b' has 3 rows, fewer than the 5 folds; use at most 3 folds, or give that class"
            + " more rows",
        "1|class 'b' has 1 row, fewer than the 5 folds; give that class more rows",
        "0|class 'b' has no rows, fewer than the 5 folds; give that class more rows or leave its"
            + " name out",
      })
  void stratified_rareClass(int rows, String sentence) {
    // Class a has 4 rows, fewer than the folds too: the advice must be good for every class.
    int[] labels = new int[4 + rows];
    Arrays.fill(labels, 4, labels.length, 1);
    LabeledData data = TinyRows.labelled(labels);

    assertThatThrownBy(() -> Folds.stratified(data, 5, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }
}
