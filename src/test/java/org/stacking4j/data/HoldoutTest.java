package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoldoutTest {
  private static final int[] SEVEN_AND_FIVE = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};

  @Test
  void holdout_byHand() {
    // 0.4 x 7 = 2.8 and 0.4 x 5 = 2; which rows, was worked out apart from this code.
    Folds folds = Folds.holdout(TinyRows.labelled(SEVEN_AND_FIVE), 0.4, 42);

    assertThat(folds.count()).isEqualTo(1);
    assertThat(folds.foldOfRows()).containsExactly(1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1);
    assertThat(folds.heldOut(1)).containsExactly(0, 2, 5, 10, 11);
    assertThat(folds.training(1)).containsExactly(1, 3, 4, 6, 7, 8, 9);
  }

  @ParameterizedTest
  @CsvSource({
    "0.2,1,1",
    "0.3,2,2",
    "0.5,4,3",
    "0.9,6,4",
    "0.01,1,1",
    "1e-300,1,1",
    "0.9999999,6,4"
  })
  void holdout_roundsWithinEachClass(double fraction, int ofSeven, int ofFive) {
    LabeledData data = TinyRows.labelled(SEVEN_AND_FIVE);
    Folds folds = Folds.holdout(data, fraction, 8);

    assertThat(data.select(folds.heldOut(1)).classCounts()).containsExactly(ofSeven, ofFive);
    assertThat(data.select(folds.training(1)).classCounts())
        .containsExactly(7 - ofSeven, 5 - ofFive);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void holdout_followsTheIdsNotThePositions(long seed) {
    LabeledData data = TinyRows.random(seed);
    int[] order = TinyRows.permutation(data.rows(), seed);
    int[] folds = Folds.holdout(data, 0.3, seed).foldOfRows();

    int[] permuted = Folds.holdout(data.select(order), 0.3, seed).foldOfRows();

    assertThat(permuted).isEqualTo(Arrays.stream(order).map(row -> folds[row]).toArray());
    assertThat(Folds.holdout(data, 0.3, seed + 1).foldOfRows()).isNotEqualTo(folds);
    assertThat(IntStream.of(folds).distinct()).containsExactlyInAnyOrder(0, 1);
  }

  @ParameterizedTest
  @CsvSource({"0,0.0", "1,1.0", "-0.1,-0.1", "1.5,1.5", "NaN,NaN"})
  void holdout_fraction(double fraction, String shown) {
    assertThatThrownBy(() -> Folds.holdout(TinyRows.labelled(SEVEN_AND_FIVE), fraction, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "found the fraction "
                + shown
                + " to hold out: it must be greater than 0 and less than 1");
  }

  @ParameterizedTest
  @CsvSource({"1,1 row", "0,no rows"})
  void holdout_rareClass(int rows, String shown) {
    int[] labels = new int[4 + rows];
    Arrays.fill(labels, 4, labels.length, 1);
    LabeledData data = TinyRows.labelled(labels);

    assertThatThrownBy(() -> Folds.holdout(data, 0.5, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "class 'b' has "
                + shown
                + ", but a holdout needs at least 2, one on each side; give that class more rows");
  }
}
