package org.stacking4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folds given by the user, and what all folds have in common. */
class FoldsTest {
  private final Folds folds = Folds.of(new int[] {2, 0, 1, 2, 1, 2}, 2);

  @Test
  void of_rowsOfEachFold() {
    assertThat(folds.count()).isEqualTo(2);
    assertThat(folds.rows()).isEqualTo(6);
    assertThat(folds.heldOut(1)).containsExactly(2, 4);
    assertThat(folds.training(1)).containsExactly(0, 1, 3, 5);
    assertThat(folds.heldOut(2)).containsExactly(0, 3, 5);
    assertThat(folds.training(2)).containsExactly(1, 2, 4);
    assertThat(folds.foldOf(0)).isEqualTo(2);
    assertThat(folds.foldOf(1)).isZero();
    assertThat(folds.foldOfRows()).containsExactly(2, 0, 1, 2, 1, 2);
    assertThat(folds).hasToString("Folds[count=2, rows=6]");
  }

  @Test
  void of_cannotBeChanged() {
    int[] given = {1, 2, 0};
    Folds kept = Folds.of(given, 2);

    given[0] = 2;
    kept.foldOfRows()[1] = 0;
    kept.heldOut(1)[0] = 2;
    kept.training(1)[0] = 2;

    assertThat(kept.foldOfRows()).containsExactly(1, 2, 0);
    assertThat(kept.heldOut(1)).containsExactly(0);
    assertThat(kept.training(1)).containsExactly(1, 2);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(new int[] {1, 0}, 0, "found 0 folds: use at least 1"),
        Arguments.of(new int[0], 1, "found no rows: give the fold of at least one"),
        Arguments.of(
            new int[] {1, 2, 3},
            2,
            "fold 3 of row 2 is out of range: there are 2 folds, so it must be 0 (never held out)"
                + " to 2"),
        Arguments.of(
            new int[] {1, -1, 2},
            2,
            "fold -1 of row 1 is out of range: there are 2 folds, so it must be 0 (never held out)"
                + " to 2"),
        Arguments.of(new int[] {1, 3, 0}, 3, "fold 2 of 3 holds out no row: give it at least one"),
        Arguments.of(
            new int[] {1, 1}, 1, "fold 1 holds out all 2 rows: leave at least one to train on"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void of_wrong(int[] foldOfRow, int count, String sentence) {
    assertThatThrownBy(() -> Folds.of(foldOfRow, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3})
  void fold_outOfRange(int fold) {
    String sentence = "fold " + fold + " is out of range: there are 2 folds, so folds are 1 to 2";
    assertOutOfRange(() -> folds.heldOut(fold), sentence);
    assertOutOfRange(() -> folds.training(fold), sentence);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 6})
  void row_outOfRange(int row) {
    assertOutOfRange(
        () -> folds.foldOf(row),
        "row " + row + " is out of range: there are 6 rows, so rows are 0 to 5");
  }

  private static void assertOutOfRange(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class).hasMessage(sentence);
  }
}
