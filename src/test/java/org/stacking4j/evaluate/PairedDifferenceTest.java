package org.stacking4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PairedDifferenceTest {

  @Test
  void of_equalsTheExampleWorkedByHand() {
    // 20 rows: 10 both right, 5 only the first, 2 only the second, 3 none. With half a row added to
    // each cell: (5 − 2) / 22 ± 1.96 √((8/22 − (3/22)²) / 22).
    PairedDifference difference = example(10, 5, 2, 3);

    assertThat(difference.difference()).isEqualTo(0.15, within(1e-15));
    assertThat(difference.low()).isEqualTo(3.0 / 22 - 0.2454559, within(1e-6));
    assertThat(difference.high()).isEqualTo(3.0 / 22 + 0.2454559, within(1e-6));
  }

  @Test
  void of_countsRightPredictionsOfAnyClass() {
    PairedDifference difference =
        PairedDifference.of(new int[] {0, 1, 2, 2}, new int[] {0, 2, 1, 0}, new int[] {0, 1, 2, 1});

    assertThat(difference.difference()).isEqualTo(0.5);
  }

  @Test
  void of_swapped_isNegated() {
    PairedDifference one = example(10, 5, 2, 3);
    PairedDifference other = example(10, 2, 5, 3);

    assertThat(other.difference()).isEqualTo(-one.difference());
    assertThat(other.low()).isEqualTo(-one.high());
    assertThat(other.high()).isEqualTo(-one.low());
  }

  @Test
  void of_equalPredictions_isNoDifferenceButNotCertainty() {
    // Wald's interval would have no width here, and call any difference on more rows impossible.
    PairedDifference difference = example(90, 0, 0, 10);

    assertThat(difference.difference()).isZero();
    assertThat(difference.low()).isNegative().isEqualTo(-difference.high());
    assertThat(difference.high()).isEqualTo(1.959964 * Math.sqrt(1.0 / 102 / 102), within(1e-7));
  }

  @Test
  void of_extremes_stayInRange() {
    PairedDifference difference = example(0, 3, 0, 0);

    assertThat(difference.difference()).isEqualTo(1);
    assertThat(difference.high()).isLessThanOrEqualTo(1);
    assertThat(difference.low()).isBetween(-1.0, 1.0);
  }

  @Test
  void interval_containsTheDifference_whereBothAreOftenRight() {
    var random = new SplittableRandom(3);
    for (int i = 0; i < 200; i++) {
      PairedDifference difference =
          example(200, random.nextInt(20), random.nextInt(20), random.nextInt(50));

      assertThat(difference.difference()).isBetween(difference.low(), difference.high());
    }
  }

  @Test
  void interval_coversTheTruthAsOftenAsItSays() {
    // A claim of "better" is made where the interval leaves out zero: that must be 95 % sure.
    var random = new SplittableRandom(1);
    double onlyFirst = 0.05;
    double onlySecond = 0.03;
    int trials = 3000;
    int covered = 0;
    for (int trial = 0; trial < trials; trial++) {
      int[] first = new int[250];
      int[] second = new int[250];
      for (int row = 0; row < first.length; row++) {
        double u = random.nextDouble();
        second[row] = u < onlyFirst ? 1 : 0;
        first[row] = u >= onlyFirst && u < onlyFirst + onlySecond ? 1 : 0;
      }
      PairedDifference difference = PairedDifference.of(first, second, new int[250]);
      double truth = onlyFirst - onlySecond;
      covered += difference.low() <= truth && truth <= difference.high() ? 1 : 0;
    }

    assertThat((double) covered / trials).isEqualTo(0.95, within(0.02));
  }

  @Test
  void of_differentNumbersOfRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedDifference.of(new int[2], new int[3], new int[3]))
        .withMessage("2 and 3 predictions cannot be compared on 3 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairedDifference.of(new int[0], new int[0], new int[0]))
        .withMessage("0 and 0 predictions cannot be compared on 0 labels");
  }

  @Test
  void toString_isInPercentagePoints_underEveryLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(new PairedDifference(0.0025, -0.0002, 0.0048)).hasToString("+0.25 [-0.02, +0.48]");
    } finally {
      Locale.setDefault(before);
    }
  }

  private static PairedDifference example(int both, int onlyFirst, int onlySecond, int none) {
    int rows = both + onlyFirst + onlySecond + none;
    int[] first = new int[rows];
    int[] second = new int[rows];
    Arrays.fill(first, both + onlyFirst, rows, 1);
    Arrays.fill(second, both, both + onlyFirst, 1);
    Arrays.fill(second, both + onlyFirst + onlySecond, rows, 1);
    return PairedDifference.of(first, second, new int[rows]);
  }

  /** The first alone is right in rows 0 and 1, the second alone in row 2, both in row 3. */
  private static PairedDifference weighted(double... weights) {
    return PairedDifference.of(new int[] {0, 0, 1, 0}, new int[] {1, 1, 0, 0}, new int[4], weights);
  }

  @Test
  void of_weights_byHand() {
    PairedDifference difference = weighted(2, 1, 1, 4);

    // (2 + 1 − 1) / 8. Two rows of 22/8 = 2.75 are added: the centre is 2 / 13.5 = 0.148148; the
    // variance (4 × 0.725652 + 0.725652 + 1.318244 + 16 × 0.021948 + 7.5625 × 1.043896) / 182.25.
    assertThat(difference.difference()).isEqualTo(0.25);
    assertThat((difference.low() + difference.high()) / 2).isEqualTo(2 / 13.5, within(1e-12));
    assertThat(difference.high() - difference.low())
        .isEqualTo(2 * 1.959964 * Math.sqrt(13.192114 / 182.25), within(1e-5));
  }

  @Test
  void of_weightsThatAreAllEqual_isWhatItIsWithout() {
    PairedDifference without =
        PairedDifference.of(new int[] {0, 0, 1, 0}, new int[] {1, 1, 0, 0}, new int[4]);

    assertThat(weighted(0.3, 0.3, 0.3, 0.3)).isEqualTo(without);
    // And the formula for weights does not jump there.
    PairedDifference near = weighted(1, 1, 1, 1 + 1e-9);
    assertThat(near.low()).isEqualTo(without.low(), within(1e-8));
    assertThat(near.high()).isEqualTo(without.high(), within(1e-8));
  }

  @Test
  void of_weights_onlyTheirRatiosMatter_andZeroIsNoRow() {
    PairedDifference difference = weighted(2, 1, 3, 0);
    PairedDifference larger = weighted(20, 10, 30, 0);
    PairedDifference rest =
        PairedDifference.of(
            new int[] {0, 0, 1}, new int[] {1, 1, 0}, new int[3], new double[] {2, 1, 3});

    assertThat(difference).isEqualTo(rest);
    assertThat(larger.low()).isEqualTo(difference.low(), within(1e-12));
    assertThat(larger.high()).isEqualTo(difference.high(), within(1e-12));
  }

  @Test
  void of_aRowOfWeightTwo_countsLikeTwoButIsOneObservation() {
    int[] first = {0, 0, 1, 0, 0, 0};
    int[] second = {1, 1, 0, 0, 0, 0};
    PairedDifference twice =
        PairedDifference.of(
            new int[] {0, 0, 0, 1, 0, 0, 0}, new int[] {1, 1, 1, 0, 0, 0, 0}, new int[7]);

    PairedDifference weighted =
        PairedDifference.of(first, second, new int[6], new double[] {2, 1, 1, 1, 1, 1});

    assertThat(weighted.difference()).isEqualTo(twice.difference(), within(1e-12));
    assertThat(weighted.high() - weighted.low()).isGreaterThan(twice.high() - twice.low());
  }

  @Test
  void of_weights_outOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weighted(1, 1, 1))
        .withMessage("each row must have one weight, found 3 weights for 4 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> weighted(0, 0, 0, 0))
        .withMessage("weights must have a positive, finite sum, found 0.0");
  }
}
