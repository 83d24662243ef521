package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeOrderedFoldsTest {

  @Test
  void timeOrdered_byHand() {
    // scikit-learn's TimeSeriesSplit(3) of 11 rows: training 5, 7, 9, test 2 each.
    Folds folds = Folds.timeOrdered(alternating(11), 3);

    assertThat(folds.count()).isEqualTo(3);
    assertThat(folds.foldOfRows()).containsExactly(0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3);
    assertThat(folds.training(1)).containsExactly(0, 1, 2, 3, 4);
    assertThat(folds.heldOut(1)).containsExactly(5, 6);
    assertThat(folds.training(2)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(folds.heldOut(2)).containsExactly(7, 8);
    assertThat(folds.training(3)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(folds.heldOut(3)).containsExactly(9, 10);
  }

  @ParameterizedTest
  @CsvSource({"6, 2", "8, 2", "12, 5", "17, 5", "100, 9", "101, 50"})
  void timeOrdered_learnsFromAllRowsBeforeAndNoOthers(int rows, int k) {
    Folds folds = Folds.timeOrdered(alternating(rows), k);

    int next = 0;
    for (int fold = 1; fold <= k; fold++) {
      int[] held = folds.heldOut(fold);
      assertThat(folds.training(fold)).isEqualTo(IntStream.range(0, held[0]).toArray());
      assertThat(held).isEqualTo(IntStream.range(held[0], held[0] + rows / (k + 1)).toArray());
      assertThat(held[0]).isGreaterThanOrEqualTo(rows / (k + 1));
      if (fold > 1) {
        assertThat(held[0]).isEqualTo(next);
      }
      next = held[held.length - 1] + 1;
    }
    assertThat(next).isEqualTo(rows);
  }

  @Test
  void timeOrdered_goesByPositions_notByIds() {
    LabeledData data = alternating(9).select(new int[] {8, 1, 6, 3, 4, 5, 2, 7, 0});

    assertThat(Folds.timeOrdered(data, 2).foldOfRows())
        .isEqualTo(Folds.timeOrdered(alternating(9), 2).foldOfRows());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -5})
  void timeOrdered_tooFewFolds(int k) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.timeOrdered(alternating(9), k))
        .withMessage("found " + k + " folds: use at least 2");
  }

  @Test
  void timeOrdered_tooFewRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.timeOrdered(alternating(5), 5))
        .withMessage(
            "found 5 rows for 5 folds in time order; they need at least 6, one for each and one"
                + " before them");
  }

  @Test
  void timeOrdered_ofAClassThatComesLater() {
    // The first fold's networks would be asked about a class they have never heard of.
    int[] labels = {0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0};

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.timeOrdered(TinyRows.labelled(labels), 2))
        .withMessage(
            "class 'b' has no rows among the first 4, which fold 1 of 2 learns from; use fewer"
                + " folds, or leave the class out");
  }

  @Test
  void timeOrdered_ofAClassThatEndsEarly() {
    // The meta network would learn that the class never happens.
    int[] labels = {0, 1, 0, 0, 0, 0, 0, 0, 0};

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.timeOrdered(TinyRows.labelled(labels), 2))
        .withMessage(
            "class 'b' has no rows after the first 3, which fold 1 of 2 learns from; use more"
                + " folds, or leave the class out");
  }

  @Test
  void timeOrdered_ofGroups() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.timeOrdered(alternating(9).withGroups(new long[9]), 2))
        .withMessage(
            "the rows have groups, which folds in time order would part; use another strategy, or"
                + " rows without groups");
  }

  private static LabeledData alternating(int rows) {
    return TinyRows.labelled(IntStream.range(0, rows).map(row -> row % 2).toArray());
  }
}
