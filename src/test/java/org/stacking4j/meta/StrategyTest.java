package org.stacking4j.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.stacking4j.data.Folds;
import org.stacking4j.data.LabeledData;
import org.stacking4j.testing.TinyData;

final class StrategyTest {
  private static final LabeledData DATA = TinyData.blobs(20, 2, 2, 1);

  @Test
  void label_isItsName() {
    assertThat(new Strategy.InSample().label()).isEqualTo("in-sample");
    assertThat(new Strategy.OutOfFold(5).label()).isEqualTo("out-of-fold");
    assertThat(new Strategy.Holdout(0.25).label()).isEqualTo("holdout");
    assertThat(new Strategy.TimeOrdered(3).label()).isEqualTo("time-ordered");
    assertThat(Prediction.FOLD_MEAN).hasToString("fold-mean");
    assertThat(Prediction.REFIT).hasToString("refit");
    assertThat(Prediction.FOLDS_AND_REFIT).hasToString("folds-and-refit");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0, -3})
  void outOfFold_tooFewFolds(int folds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strategy.OutOfFold(folds))
        .withMessage("folds must be >= 2, found " + folds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strategy.TimeOrdered(folds))
        .withMessage("folds must be >= 2, found " + folds);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
  void holdout_fractionOutOfRange(double fraction) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strategy.Holdout(fraction))
        .withMessage("fraction must be > 0 and < 1, found " + fraction);
  }

  @Test
  void inSample_holdsNothingOut() {
    Folds folds = new Strategy.InSample().folds(DATA, 1);

    assertThat(folds.count()).isZero();
    assertThat(folds.rows()).isEqualTo(20);
  }

  @Test
  void outOfFold_holdsEachRowOutOnce() {
    Folds folds = new Strategy.OutOfFold(5).folds(DATA, 1);

    assertThat(folds.count()).isEqualTo(5);
    for (int fold = 1; fold <= 5; fold++) {
      assertThat(folds.heldOut(fold)).hasSize(4);
    }
  }

  @Test
  void holdout_holdsAPartOfEachClassOut() {
    Folds folds = new Strategy.Holdout(0.3).folds(DATA, 1);

    assertThat(folds.count()).isEqualTo(1);
    assertThat(Arrays.stream(folds.heldOut(1)).map(DATA::label)).hasSize(6).contains(0, 1);
    assertThat(Arrays.stream(folds.heldOut(1)).filter(row -> DATA.label(row) == 0).count())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void outOfFold_tooFewRepeats(int repeats) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Strategy.OutOfFold(5, repeats))
        .withMessage("repeats must be >= 1, found " + repeats);
  }

  @Test
  void outOfFold_repeated_beginsWithTheSplitOfOneAlone() {
    // So that a run with more repeats finds the earlier one's fits among its own.
    Folds once = new Strategy.OutOfFold(5).folds(DATA, 7);
    Folds twice = new Strategy.OutOfFold(5, 2).folds(DATA, 7);
    Folds thrice = new Strategy.OutOfFold(5, 3).folds(DATA, 7);

    assertThat(new Strategy.OutOfFold(5)).isEqualTo(new Strategy.OutOfFold(5, 1));
    assertThat(once.foldOfRows()).isEqualTo(Folds.stratified(DATA, 5, 7).foldOfRows());
    assertThat(twice.foldOfRows(1)).isEqualTo(once.foldOfRows());
    assertThat(thrice.foldOfRows(2)).isEqualTo(twice.foldOfRows(2));
    assertThat(thrice.count()).isEqualTo(15);
    assertThat(
            List.of(
                Arrays.toString(Arrays.stream(thrice.foldOfRows(1)).toArray()),
                Arrays.toString(Arrays.stream(thrice.foldOfRows(2)).map(f -> f - 5).toArray()),
                Arrays.toString(Arrays.stream(thrice.foldOfRows(3)).map(f -> f - 10).toArray())))
        .doesNotHaveDuplicates();
  }

  @Test
  void timeOrdered_holdsBlocksOut_whateverTheSeed() {
    Folds folds = new Strategy.TimeOrdered(3).folds(DATA, 1);

    assertThat(folds.foldOfRows())
        .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3)
        .isEqualTo(new Strategy.TimeOrdered(3).folds(DATA, 2).foldOfRows());
    assertThat(folds.training(2)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void strategies_keepGroupsWhole() {
    LabeledData grouped =
        DATA.withGroups(LongStream.range(0, 20).map(row -> row % 10 / 2 * 2).toArray());

    for (Strategy strategy : List.of(new Strategy.OutOfFold(5), new Strategy.Holdout(0.4))) {
      Folds folds = strategy.folds(grouped, 1);
      for (int row = 0; row < 20; row++) {
        assertThat(folds.foldOf(row)).isEqualTo(folds.foldOf(row % 10 / 2 * 2));
      }
    }
  }

  @Test
  void folds_otherSeed_differ() {
    Strategy strategy = new Strategy.OutOfFold(2);

    assertThat(strategy.folds(DATA, 1).foldOfRows())
        .isEqualTo(strategy.folds(DATA, 1).foldOfRows())
        .isNotEqualTo(strategy.folds(DATA, 2).foldOfRows());
  }
}
